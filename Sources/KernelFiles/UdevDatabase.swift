// SPDX-License-Identifier: Apache-2.0

/// What udev knows of the host's devices, from the files of its database.
///
/// Source: /run/udev/data, one file a device; `udevadm info` shows the same. Its form is private to udev, but the same
/// since version 174.
public struct UdevDatabase: Sendable, Equatable {
    /// A device, as udev names its file.
    public enum Device: Sendable, Equatable {
        /// A block device, by its numbers: `b8:0`.
        case block(major: UInt64, minor: UInt64)
        /// A character device, by its numbers: `c195:0`.
        case character(major: UInt64, minor: UInt64)
        /// A network interface, by its number: `n2`.
        case interface(index: UInt32)

        /// The name of the device's file.
        public var fileName: String {
            switch self {
            case .block(let major, let minor): "b\(major):\(minor)"
            case .character(let major, let minor): "c\(major):\(minor)"
            case .interface(let index): "n\(index)"
            }
        }
    }

    private let roots: Roots

    /// The database in the folder that `--path.udev.data` names.
    public init(_ roots: Roots) {
        self.roots = roots
    }

    /// The path of a device's file.
    public func path(of device: Device) -> String { roots.udev(device.fileName) }

    /// What udev knows of a device; nothing where it does not know the device.
    ///
    /// Opens and closes a file: to be asked when a device appears, not in each scrape.
    public func properties(
        of device: Device, from reader: inout KernelFileReader
    ) throws(KernelFileError) -> UdevProperties {
        do throws(KernelFileError) {
            return UdevProperties(try reader.contents(ofPath: path(of: device)))
        } catch {
            guard error.isMissing else { throw error }
            return UdevProperties(Bytes(""))
        }
    }
}

/// The properties of a device in udev's database: its lines `E:NAME=value`.
///
/// A view of the reader's arena, good until its next collection.
public struct UdevProperties {
    private let content: Bytes

    /// The properties in the content of a file of the database.
    public init(_ content: Bytes) {
        self.content = content
    }

    /// True where a line is none of udev's: a letter for what it says, a colon, and that.
    public var isMalformed: Bool {
        var lines = ByteScanner(content)
        while let line = lines.nextLine() {
            if !line.isEmpty, line[1] != UInt8(ascii: ":") { return true }
        }
        return false
    }

    /// The bytes of a property; nil where the device does not have it.
    public func bytes(_ name: StaticString) -> Bytes? {
        var lines = KeyValueLines(content, .equals, prefix: "E:")
        var found: Bytes?
        // The last one counts, as for udev.
        while let (key, value) = lines.next() {
            if key == name { found = value }
        }
        return found
    }

    /// A property as text, empty where the device does not have it; bytes that are not UTF-8 become U+FFFD.
    public subscript(name: StaticString) -> String { bytes(name)?.text ?? "" }

    /// A property as a number; nil where the device does not have it or it is none.
    public func number(_ name: StaticString) -> Double? { bytes(name)?.real }
}
