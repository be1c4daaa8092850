// SPDX-License-Identifier: Apache-2.0

public import Exposition
import Glibc
public import KernelFiles

extension KernelFileError {
    /// True where the driver says that there is no value now.
    ///
    /// The sensor is not connected, its device is asleep or gone, or this chip does not have it. Anything else is a
    /// fault.
    public var isWithoutValue: Bool {
        isMissing || [ENODATA, EAGAIN, EINVAL, EOPNOTSUPP, EISDIR].contains(errno)
            || operation == .read && errno == EPERM
    }
}

/// A small attribute of sysfs as it is now.
public enum Attribute {
    /// Its content without blanks on both sides.
    case value(Bytes)
    /// There is none now.
    case none
    /// It could not be read.
    case lost(KernelFileError)
}

extension KernelFileReader {
    /// Reads a kept attribute.
    public mutating func attribute(_ file: KernelFile) -> Attribute {
        do throws(KernelFileError) {
            return .value(try contents(of: file).trimmed)
        } catch {
            return error.isWithoutValue ? .none : .lost(error)
        }
    }

    /// The content of an attribute; what cannot be read is a lost item, what has no value is not.
    public mutating func text(of file: KernelFile, or writer: inout MetricWriter<some FamilyKey>) -> Bytes? {
        switch attribute(file) {
        case .value(let bytes): return bytes
        case .none: return nil
        case .lost(let error):
            writer.lose(error)
            return nil
        }
    }

    /// An attribute that is a whole number, likewise; what is no number is a lost item.
    public mutating func number(of file: KernelFile, or writer: inout MetricWriter<some FamilyKey>) -> Int64? {
        guard let bytes = text(of: file, or: &writer) else { return nil }
        if let number = bytes.signed { return number }
        writer.loseItem("\(file.path): not a number: \"\(bytes.upTo(64).text)\"")
        return nil
    }
}
