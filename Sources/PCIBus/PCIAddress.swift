// SPDX-License-Identifier: Apache-2.0

/// Where a function sits on the PCI bus: domain, bus, device and function, as the kernel names it (`0000:65:00.0`).
public struct PCIAddress: Hashable, Sendable {
    /// The PCI domain (segment); more than 16 bits behind Intel's VMD.
    public let domain: UInt32

    /// The bus within the domain.
    public let bus: UInt8

    /// The device (slot) on the bus, 0 to 31.
    public let device: UInt8

    /// The function of the device, 0 to 7.
    public let function: UInt8

    /// Makes an address of its parts.
    public init(domain: UInt32, bus: UInt8, device: UInt8, function: UInt8) {
        self.domain = domain
        self.bus = bus
        self.device = device
        self.function = function
    }

    /// Reads an address in the kernel's form or in NVML's (`00000000:65:00.0`, hexadecimal in either case).
    ///
    /// Nil unless all of the text is an address.
    public init?(_ text: some StringProtocol) {
        let parts = text.utf8.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        guard parts.count == 3, let domain = Self.hexadecimal(parts[0], 1...8),
            let bus = Self.hexadecimal(parts[1], 2...2)
        else { return nil }
        let slot = parts[2].split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard slot.count == 2, let device = Self.hexadecimal(slot[0], 2...2), device < 32,
            let function = Self.hexadecimal(slot[1], 1...1), function < 8
        else { return nil }
        self.init(
            domain: domain, bus: UInt8(truncatingIfNeeded: bus), device: UInt8(truncatingIfNeeded: device),
            function: UInt8(truncatingIfNeeded: function))
    }

    private static func hexadecimal(_ digits: some Collection<UInt8>, _ lengths: ClosedRange<Int>) -> UInt32? {
        guard lengths.contains(digits.count) else { return nil }
        var value: UInt32 = 0
        for byte in digits {
            guard let digit = Character(UnicodeScalar(byte)).hexDigitValue else { return nil }
            value = value << 4 | UInt32(truncatingIfNeeded: digit)
        }
        return value
    }
}

extension PCIAddress: CustomStringConvertible {
    /// The name of the function's folder in sysfs, which is also the `device` label of the metrics.
    public var description: String {
        "\(Self.padded(domain, 4)):\(Self.padded(bus, 2)):\(Self.padded(device, 2)).\(function)"
    }

    private static func padded(_ value: some BinaryInteger, _ width: Int) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }
}

extension PCIAddress: Comparable {
    /// Orders by domain, bus, device, function: the order in which `lspci` lists.
    public static func < (left: PCIAddress, right: PCIAddress) -> Bool {
        (left.domain, left.bus, left.device, left.function) < (right.domain, right.bus, right.device, right.function)
    }
}
