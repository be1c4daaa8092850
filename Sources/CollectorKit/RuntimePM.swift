// SPDX-License-Identifier: Apache-2.0

public import KernelFiles

/// Runtime power management of what is behind a file of sysfs: whether a device sleeps that reading the file would
/// wake.
///
/// Whoever reads an attribute that reaches a driver asks this first. A sleeping device is described as it was last known
/// and gives no values; that is no loss. What is asked is the nearest device above the file that sleeps by itself and
/// costs something to wake: a PCI function or the bridges before it, a USB device, a SCSI device. Controllers of the
/// chipset (SMBus, I2C, SPI, the LPC bridge) and sensors on a board do not count: they doze between any two
/// transfers, and are meant to be asked.
///
/// Source: kernel Documentation/ABI/testing/sysfs-devices-power, Documentation/power/runtime_pm.rst.
public struct RuntimePM {
    /// The `runtime_status` of each device that counts, the nearest first.
    private var files: [KernelFile] = []

    /// Nothing that sleeps.
    public init() {}

    /// What is above a folder of sysfs, or above the device that its link `device` leads to.
    ///
    /// Finds the devices once; their words are read at each question.
    public init(above folder: String, from reader: inout KernelFileReader) {
        find(folder, isDevice: false, from: &reader)
    }

    /// A device by its folder, whatever it is, and what is above it.
    public init(of device: String, from reader: inout KernelFileReader) {
        find(device, isDevice: true, from: &reader)
    }

    /// Whether any of these devices sleeps.
    public func isAsleep(from reader: inout KernelFileReader) -> Bool { status(from: &reader).isAsleep }

    /// What the nearest of these devices that says something says; `unknown` where none does.
    ///
    /// One read of a kept descriptor in nearly all cases, since a device that runs keeps those above it awake; none
    /// where there is no such device.
    public func status(from reader: inout KernelFileReader) -> RuntimeStatus {
        for file in files {
            // A word that cannot be read does not say that anything sleeps.
            guard let word = try? reader.contents(of: file) else { continue }
            let status = RuntimeStatus(word: word)
            if status.isDecisive { return status }
        }
        return .unknown
    }

    private mutating func find(_ folder: String, isDevice: Bool, from reader: inout KernelFileReader) {
        // Devices that are no class's have no such link, and one that has just gone has nothing above it.
        let device = isDevice ? nil : try? reader.resolved(folder + "/device").text
        guard var path = device ?? (try? reader.resolved(folder).text) else { return }
        var isFirst = isDevice
        while let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")), slash != path.startIndex {
            let name = path[path.utf8.index(after: slash)...]
            let status = path + "/power/runtime_status"
            if isFirst || RuntimePM.counts(name, path, from: &reader), reader.exists(status) {
                files.append(KernelFile(oneRead: status))
            }
            isFirst = false
            path = String(path[..<slash])
        }
    }

    /// Whether a device counts, by its name in the tree of devices.
    private static func counts(_ name: Substring, _ path: String, from reader: inout KernelFileReader) -> Bool {
        if isUSBDevice(name) || isSCSIDevice(name) { return true }
        guard isPCIFunction(name) else { return false }
        // Trees of files that somebody made may lack it: then the function counts.
        guard let text = try? reader.contents(ofPath: path + "/class").trimmed, let code = text.from(2).hexadecimal
        else { return true }
        return !isChipset(classCode: code >> 8)
    }

    /// Whether a class of PCI functions (base class and subclass) is a part of the chipset.
    static func isChipset(classCode: UInt64) -> Bool {
        switch classCode >> 8 {
        // Memory controllers, serial and parallel ports, system peripherals, signal processing.
        case 0x05, 0x07, 0x08, 0x11: true
        // Bridges but those to another PCI bus.
        case 0x06: classCode != 0x0604
        // SMBus and its like; a USB controller is none of them.
        case 0x0c: classCode != 0x0c03
        default: false
        }
    }

    /// A PCI address, `0000:65:00.0`, of which the domain may have more digits.
    static func isPCIFunction(_ name: Substring) -> Bool {
        let parts = name.utf8.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0].count >= 4, parts[1].count == 2, parts[2].count == 4 else { return false }
        let last = Array(parts[2])
        return last[2] == UInt8(ascii: ".") && parts[0].allSatisfy(isHexadecimal) && parts[1].allSatisfy(isHexadecimal)
            && isHexadecimal(last[0]) && isHexadecimal(last[1]) && isDigit(last[3])
    }

    /// A bus and ports, `1-4` or `1-4.2`.
    ///
    /// An interface (`1-4:1.0`) is none, and an I2C device (`1-0044`) neither.
    static func isUSBDevice(_ name: Substring) -> Bool {
        let parts = name.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, parts[0].allSatisfy(isDigit) else { return false }
        let ports = parts[1].split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        return ports.allSatisfy { port in
            port.first.map { $0 != UInt8(ascii: "0") } == true && port.allSatisfy(isDigit) && port.count <= 3
        }
    }

    /// Host, channel, target and unit, `0:0:1:0`.
    static func isSCSIDevice(_ name: Substring) -> Bool {
        let parts = name.utf8.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        return parts.count == 4 && parts.allSatisfy { !$0.isEmpty && $0.allSatisfy(isDigit) }
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }

    private static func isHexadecimal(_ byte: UInt8) -> Bool {
        isDigit(byte) || byte >= UInt8(ascii: "a") && byte <= UInt8(ascii: "f")
    }
}
