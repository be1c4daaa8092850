// SPDX-License-Identifier: Apache-2.0

/// Why the PCI bus could not be read.
public enum PCIBusError: Error, Equatable, Sendable {
    /// This host has no such bus (a container, a virtual machine without PCI, an unloaded subsystem).
    case absent(path: String)

    /// The list of functions is there but cannot be read.
    case unreadable(path: String, errno: Int32)

    /// libpci gave up, in its own words.
    case library(String)
}

extension PCIBusError: CustomStringConvertible {
    /// One line: what, where and why.
    public var description: String {
        switch self {
        case .absent(let path): "no PCI bus at \(path)"
        case .unreadable(let path, let errno): "cannot read the PCI bus at \(path): errno \(errno)"
        case .library(let message): "libpci: \(message)"
        }
    }
}
