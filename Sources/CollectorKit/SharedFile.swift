// SPDX-License-Identifier: Apache-2.0

public import KernelFiles

/// A small kernel file that several collectors need.
///
/// It is read once a scrape, whoever asks first. While a thread hangs in it, the others are told so at once instead of
/// hanging as well, and lose only what it says.
public final class SharedFile: @unchecked Sendable {
    // Everything mutable is used only by who holds `state`.

    /// The path that is read.
    public let path: String

    private let state = ItemState()
    private let file: KernelFile
    private var content: [UInt8] = []
    private var isPresent = false
    private var readIn: UInt64?

    fileprivate init(_ path: String) {
        self.path = path
        file = KernelFile(path)
    }

    /// The content as it was when somebody first asked in this scrape; nil where the file is not there.
    fileprivate func content(from reader: inout KernelFileReader) throws(CollectorError) -> Bytes? {
        guard state.begin() else { throw .busy(path) }
        defer { state.finish(scrape: reader.scrape) }
        if readIn == reader.scrape {
            guard isPresent else { return nil }
            return unsafe content.withUnsafeBufferPointer { buffer in
                guard let base = buffer.baseAddress else { return reader.copy(Bytes("")) }
                return unsafe reader.copy(Bytes(base, count: buffer.count))
            }
        }
        readIn = nil
        let bytes = try reader.readIfPresent(file)
        isPresent = bytes != nil
        content.removeAll(keepingCapacity: true)
        if let bytes { unsafe content.append(contentsOf: bytes.unsafeBuffer) }
        readIn = reader.scrape
        return bytes
    }
}

/// The shared files of a process, by path.
public final class SharedFiles: Source, @unchecked Sendable {
    // Filled while collectors are made, on one thread.
    private var files: [String: SharedFile] = [:]

    private init() {}

    /// The file at a path, which all who ask for it share.
    public static func file(
        _ path: String, _ context: CollectorContext
    ) throws(ConfigurationError) -> SharedFile {
        let source = try context.sources.shared(SharedFiles.self) { () throws(ConfigurationError) in SharedFiles() }
        if let file = source.files[path] { return file }
        let file = SharedFile(path)
        source.files[path] = file
        return file
    }
}

extension KernelFileReader {
    /// The whole content of a shared file; nil where it is not there.
    ///
    /// Throws `busy` while a thread hangs in it.
    public mutating func readIfPresent(_ file: SharedFile) throws(CollectorError) -> Bytes? {
        try file.content(from: &self)
    }
}
