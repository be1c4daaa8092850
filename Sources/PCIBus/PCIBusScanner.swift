// SPDX-License-Identifier: Apache-2.0

internal import CPCIBus
import KernelFiles

/// Reads the PCI bus through libpci, without ever ending the process, printing, or waking a sleeping device.
///
/// One thread at a time; it may be handed from thread to thread. A scan costs some 0.1 ms of CPU for each function, a
/// token 0.001 ms, so compare `changeToken()` and scan only when it differs.
@safe
public struct PCIBusScanner: ~Copyable {
    /// The folder that holds `devices/`, such as `/sys/bus/pci`.
    public let path: String

    /// How many functions the last scan found but could not read.
    public private(set) var lostFunctions = 0

    /// Why the first of them could not be read, in libpci's words.
    public private(set) var lostReason: String?

    /// How many entries of the last scan had names that are no PCI addresses.
    public private(set) var misnamedEntries = 0

    private let bus: OpaquePointer
    private var storage: [cpcibus_function]
    private var watched: [cpcibus_address] = []

    /// Opens the bus below a folder; a bus that is not there may appear later and is no error yet.
    ///
    /// - Parameters:
    ///   - path: The folder that holds `devices/`.
    ///   - identifiersPath: A pci.ids file for the names; nil for the system's.
    /// - Throws: `PCIBusError.library` when libpci cannot be set up.
    public init(path: String = "/sys/bus/pci", identifiersPath: String? = nil) throws(PCIBusError) {
        var opened: OpaquePointer?
        var message = CMessage()
        let result =
            if let identifiersPath {
                unsafe message.collect { text in unsafe cpcibus_open(path, identifiersPath, &opened, text) }
            } else {
                unsafe message.collect { text in unsafe cpcibus_open(path, nil, &opened, text) }
            }
        guard Int(result) == CPCIBUS_OK, let bus = unsafe opened else {
            throw .library(message.text)
        }
        self.path = path
        unsafe self.bus = unsafe bus
        storage = Array(repeating: cpcibus_function(), count: 64)
    }

    deinit {
        unsafe cpcibus_close(bus)
    }

    /// Opens the bus below the sysfs mount of a host, such as `/host/sys`.
    ///
    /// - Parameter sysfsPath: Where sysfs is mounted.
    /// - Throws: `PCIBusError.library` when libpci cannot be set up.
    public init(sysfsPath: String) throws(PCIBusError) {
        try self.init(path: sysfsPath + "/bus/pci")
    }

    /// Reads every function of the bus, in the order of their addresses.
    ///
    /// Power and configuration are read of compute devices alone: configuration space is the slowest of all to read.
    /// A function that cannot be read is left out and counted in `lostFunctions`.
    ///
    /// - Returns: The functions; empty on a bus without any.
    /// - Throws: `PCIBusError.absent` or `.unreadable`.
    public mutating func scan() throws(PCIBusError) -> [PCIFunction] {
        var outcome = cpcibus_scan()
        // A second round only when functions were plugged in between the two.
        for _ in 0..<3 {
            let capacity = storage.count
            let bus = unsafe bus
            let result = unsafe storage.withUnsafeMutableBufferPointer { buffer in
                unsafe cpcibus_read_all(bus, buffer.baseAddress, capacity, &outcome)
            }
            switch Int(result) {
            case CPCIBUS_OK: break
            case CPCIBUS_ABSENT: throw .absent(path: path)
            default: throw .unreadable(path: path, errno: outcome.error_number)
            }
            guard outcome.found > capacity else { break }
            storage = Array(repeating: cpcibus_function(), count: outcome.found &+ 16)
        }
        lostFunctions = outcome.lost
        misnamedEntries = outcome.misnamed
        lostReason = outcome.lost == 0 ? nil : text(of: outcome.message)
        let functions = storage.prefix(min(outcome.found, storage.count)).compactMap { row in
            withStatus(PCIFunction(row))
        }
        watched = functions.filter { $0.kind != .none }.map { $0.address.shim }
        return functions.sorted { $0.address < $1.address }
    }

    /// Completes a compute device; nil when it has gone since the scan.
    private func withStatus(_ function: PCIFunction) -> PCIFunction? {
        guard function.kind != .none else { return function }
        guard let status = status(of: function.address) else { return nil }
        var function = function
        function.status = status
        return function
    }

    /// Reads again what may have changed about one function: driver, power, whether it answers.
    ///
    /// - Parameter address: The function.
    /// - Returns: Its status, or nil when the function is gone from the bus.
    public func status(of address: PCIAddress) -> PCIFunctionStatus? {
        var place = address.shim
        var status = cpcibus_status()
        guard unsafe Int(cpcibus_read_status(bus, &place, &status)) == CPCIBUS_OK else { return nil }
        return complete(PCIFunctionStatus(status), at: &place)
    }

    /// Configuration space is not read of a function that sleeps, which would wake it, nor of one that resumes, which
    /// does not answer before it has.
    private func complete(_ status: PCIFunctionStatus, at place: inout cpcibus_address) -> PCIFunctionStatus {
        guard !status.power.isAsleep, status.power != .resuming else { return status }
        var status = status
        let state = unsafe cpcibus_read_configuration(bus, &place)
        status.configuration = PCIConfigurationState(Int(state))
        return status
    }

    /// A number that changes when a function appears or goes, or when a compute device of the last scan gets another
    /// driver.
    ///
    /// Compare it with the token taken right after that scan. Power and configuration are not in it: ask `status(of:)`.
    ///
    /// - Returns: The token, or nil while there is no bus to read.
    public func changeToken() -> UInt64? {
        var token: UInt64 = 0
        let bus = unsafe bus
        let result = unsafe watched.withUnsafeBufferPointer { addresses in
            unsafe cpcibus_change_token(bus, addresses.baseAddress, addresses.count, &token)
        }
        return Int(result) == CPCIBUS_OK ? token : nil
    }

    /// Looks up the names of functions in the local pci.ids; the network is never asked.
    ///
    /// Reads the whole file (some 10 ms) and lets go of it again, so ask for all at once and keep the answers.
    ///
    /// - Parameter functions: What to name.
    /// - Returns: For each function the names that pci.ids knows.
    public mutating func names(of functions: [PCIFunction]) -> [PCINames] {
        guard !functions.isEmpty else { return [] }
        let names = functions.map { function in
            var vendor = CMessage()
            var device = CMessage()
            let bus = unsafe bus
            _ = unsafe vendor.collect { vendorText in
                unsafe device.collect { deviceText in
                    unsafe cpcibus_names(
                        bus, function.vendorID, function.deviceID, vendorText, CMessage.size, deviceText,
                        CMessage.size)
                }
            }
            return PCINames(vendor: vendor.optionalText, device: device.optionalText)
        }
        unsafe cpcibus_forget_names(bus)
        return names
    }
}

/// The names of a function in pci.ids.
public struct PCINames: Sendable, Equatable {
    /// The vendor's name, nil where pci.ids does not know it.
    public var vendor: String?

    /// The device's name, nil where pci.ids does not know it.
    public var device: String?

    /// Makes names of their parts.
    public init(vendor: String?, device: String?) {
        self.vendor = vendor
        self.device = device
    }
}
