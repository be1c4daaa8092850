// SPDX-License-Identifier: Apache-2.0

public import KernelFiles

/// What the head of a function's configuration space says about whether it still answers.
public enum PCIConfigurationState: String, Sendable {
    /// The function answers.
    case answers
    /// All ones: the function has fallen off the bus though the kernel still lists it.
    case allOnes
    /// Not read, because the function sleeps and reading would wake it, or could not be read.
    case notRead
}

/// What may change about a function while it stays in its slot.
public struct PCIFunctionStatus: Sendable, Equatable {
    /// The driver bound to the function, nil for none.
    public var driver: String?

    /// Whether the function sleeps.
    public var power: RuntimeStatus

    /// Whether the function answers on the bus.
    public var configuration: PCIConfigurationState

    /// Makes a status of its parts.
    public init(driver: String?, power: RuntimeStatus, configuration: PCIConfigurationState) {
        self.driver = driver
        self.power = power
        self.configuration = configuration
    }

    /// Whether the driver keeps the function for a guest: one of the vfio drivers, pciback or pci-stub.
    ///
    /// A Google TPU of v5e or later is used through vfio-pci, so there it does not mean that it is given away.
    public var isDriverForPassthrough: Bool {
        guard let driver else { return false }
        return Self.passthroughDrivers.contains(driver) || driver.hasPrefix("vfio_pci") || driver.hasPrefix("vfio-pci")
            || driver.hasSuffix("vfio_pci") || driver.hasSuffix("vfio-pci")
    }

    private static let passthroughDrivers: Set<String> = ["pciback", "xen-pciback", "pci-stub"]
}
