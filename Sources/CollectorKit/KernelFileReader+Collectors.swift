// SPDX-License-Identifier: Apache-2.0

public import Exposition
import Glibc
public import KernelFiles

/// What became of a file that a collector reads.
public enum FilePart {
    /// Its content.
    case content(Bytes)
    /// It is not there, or its device is not; the error says which.
    case absent(KernelFileError)
    /// It could not be read, which is said and counted as a lost item.
    case lost
}

extension KernelFileReader {
    // MARK: A file that is lost by itself

    /// The whole content of a kept file; where it cannot be read, that file is a lost item.
    ///
    /// What other files say stays: so a collector of several files reads them. Where nothing else is shown, the collector
    /// has failed, see `CollectorRunner`.
    ///
    /// `unsupportedIsAbsent` takes EOPNOTSUPP for the kernel's word that it does not have what the file would show.
    public mutating func part(
        _ file: KernelFile, unsupportedIsAbsent: Bool = false, or writer: inout MetricWriter<some FamilyKey>
    ) -> FilePart {
        do throws(KernelFileError) {
            let bytes = try contents(of: file)
            guard bytes.isEmpty, file.isNeverEmpty else { return .content(bytes) }
            writer.lose(.empty(path: file.path))
        } catch {
            if error.isMissing || unsupportedIsAbsent && error.errno == EOPNOTSUPP { return .absent(error) }
            writer.lose(CollectorError(error, file))
        }
        return .lost
    }

    /// The whole content of a kept file; nil where it is not there, and where it is a lost item.
    public mutating func contents(of file: KernelFile, or writer: inout MetricWriter<some FamilyKey>) -> Bytes? {
        if case .content(let bytes) = part(file, or: &writer) { return bytes }
        return nil
    }

    /// The whole content of a file that is read once in a while; nil where it is not there, and where it is a lost item.
    public mutating func contents(
        ofPath path: String, or writer: inout MetricWriter<some FamilyKey>
    ) -> Bytes? {
        do throws(KernelFileError) {
            return try contents(ofPath: path)
        } catch {
            if !error.isMissing { writer.lose(.file(error)) }
            return nil
        }
    }

    /// The names in a kept directory; nil where it is not there, and where it is a lost item.
    public mutating func list(
        _ directory: KernelDirectory, or writer: inout MetricWriter<some FamilyKey>
    ) -> DirectoryListing? {
        do throws(KernelFileError) {
            return try list(directory)
        } catch {
            if !error.isMissing { writer.lose(.file(error)) }
            return nil
        }
    }

    // MARK: The one file of a collector

    /// The whole content of a kept file.
    public mutating func read(_ file: KernelFile) throws(CollectorError) -> Bytes {
        let bytes: Bytes
        do throws(KernelFileError) { bytes = try contents(of: file) } catch { throw CollectorError(error, file) }
        if bytes.isEmpty, file.isNeverEmpty { throw .empty(path: file.path) }
        return bytes
    }

    /// The whole content of a kept file; nil where the file or its device is not there.
    ///
    /// For a collector of one file. What throws ends the collection, so that one of several files would lose them all:
    /// those take `contents(of:or:)` or a `FileSet`.
    public mutating func readIfPresent(_ file: KernelFile) throws(CollectorError) -> Bytes? {
        let bytes: Bytes
        do throws(KernelFileError) {
            bytes = try contents(of: file)
        } catch {
            if error.isMissing { return nil }
            throw CollectorError(error, file)
        }
        if bytes.isEmpty, file.isNeverEmpty { throw .empty(path: file.path) }
        return bytes
    }

    /// The whole content of a file that is read once in a while; nil where it is not there.
    public mutating func readIfPresent(path: String) throws(CollectorError) -> Bytes? {
        do throws(KernelFileError) {
            return try contents(ofPath: path)
        } catch {
            if error.isMissing { return nil }
            throw .file(error)
        }
    }

    /// The whole content of a file of the host, likewise.
    public mutating func readIfPresent(_ file: HostFile) throws(CollectorError) -> Bytes? {
        do throws(KernelFileError) {
            return try contents(of: file)
        } catch {
            if error.isMissing { return nil }
            throw .file(error)
        }
    }

    /// The names in a kept directory; nil where it is not there.
    public mutating func listIfPresent(_ directory: KernelDirectory) throws(CollectorError) -> DirectoryListing? {
        do throws(KernelFileError) {
            return try list(directory)
        } catch {
            if error.isMissing { return nil }
            throw .file(error)
        }
    }
}

extension MetricWriter {
    /// Counts an item that was lost by this error.
    public mutating func lose(_ error: CollectorError) {
        if error.isPermission { refuseItem(error.description) } else { loseItem(error.description) }
    }

    /// Counts an item that was lost by this error.
    public mutating func lose(_ error: KernelFileError) {
        lose(.file(error))
    }
}
