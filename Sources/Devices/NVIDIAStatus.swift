// SPDX-License-Identifier: Apache-2.0

public import PCIBus

/// What NVIDIA's library reported in its last cycle.
///
/// Whoever owns the library hands it to `DeviceInventory.update(nvidia:)` after each cycle; as long as nobody has, the
/// states follow from the bus alone.
public struct NVIDIAStatus: Sendable, Equatable {
    /// The state of the library.
    public enum Library: Sendable {
        /// It answers.
        case working
        /// It cannot be loaded.
        case missing
        /// It and the kernel module are of different versions (NVML 18).
        case versionMismatch
        /// It says that the driver is not loaded (NVML 9).
        case driverNotLoaded
        /// It may not be used (NVML 4, or the device nodes refuse).
        case noPermission
        /// A call has not come back by its deadline.
        case stuck
    }

    /// What it says of one device.
    public enum Condition: Sendable {
        /// It answers for it.
        case working
        /// It may not (NVML 4 for this device).
        case noPermission
        /// It has lost contact with it (NVML 15).
        case lost
        /// It must be reset (NVML 16).
        case resetRequired
        /// A call for it has not come back.
        case stuck
        /// It asks for a reset or a reboot.
        case recoveryNeeded
    }

    /// One device of the library.
    public struct GPU: Sendable, Equatable {
        /// Which device it is: its PCI address, else its UUID.
        public var id: String
        /// Where it sits; nil where it has no PCI address.
        public var address: PCIAddress?
        /// The library's number for it, as nvidia-smi shows.
        public var index: Int
        /// What the library says of it.
        public var condition: Condition
        /// Its name; nil where the library does not say.
        public var name: String?
        /// Its UUID; nil where the library does not say.
        public var uuid: String?

        /// A device at a PCI address.
        public init(
            address: PCIAddress, index: Int, condition: Condition = .working, name: String? = nil, uuid: String? = nil
        ) {
            self.init(
                id: address.description, address: address, index: index, condition: condition, name: name, uuid: uuid)
        }

        /// A device.
        public init(
            id: String, address: PCIAddress?, index: Int, condition: Condition = .working, name: String? = nil,
            uuid: String? = nil
        ) {
            self.id = id
            self.address = address
            self.index = index
            self.condition = condition
            self.name = name
            self.uuid = uuid
        }
    }

    /// The state of the library.
    public var library: Library
    /// The driver's version as the library says it.
    public var libraryVersion: String?
    /// The version of the kernel module.
    public var moduleVersion: String?
    /// The devices that it lists, lost ones that it listed before included.
    public var gpus: [GPU]

    /// A status.
    public init(
        library: Library, libraryVersion: String? = nil, moduleVersion: String? = nil, gpus: [GPU] = []
    ) {
        self.library = library
        self.libraryVersion = libraryVersion
        self.moduleVersion = moduleVersion
        self.gpus = gpus
    }

    /// The label `driver_version`: both versions where they differ.
    var driverVersion: String? {
        guard let moduleVersion else { return libraryVersion }
        guard let libraryVersion, libraryVersion != moduleVersion else { return moduleVersion }
        return "\(moduleVersion) (library \(libraryVersion))"
    }
}
