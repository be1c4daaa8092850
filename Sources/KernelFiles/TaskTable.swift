// SPDX-License-Identifier: Apache-2.0

import CKernel
import Glibc

/// All processes of procfs and their threads, with the content of one small file of each.
///
/// One walk opens, reads and closes each file by its name in the folder above, and keeps nothing open: there are too
/// many. Nothing is allocated for a process or a thread. One thread uses a table at a time.
@safe
public final class TaskTable {
    /// What a walk comes by.
    public enum Entry {
        /// A process and the content of its file, which is good until the walk goes on.
        case process(Int, Bytes)
        /// A thread of a process, other than its first, likewise.
        case thread(Int, of: Int, Bytes)
        /// A file or folder that could not be read; those of tasks that have ended meanwhile are left out.
        case lost(KernelFileError)
    }

    private enum Content {
        case bytes(Bytes)
        case gone
        case lost(KernelFileError)
    }

    /// Room for the names of about a thousand tasks, and for a file.
    private static let bufferSize = 32_768
    private static let fileSize = 4_096
    /// Room for `4194304/task` and the like.
    private static let nameSize = 64

    /// The mount point of procfs.
    public let path: String
    /// Whether a process of the last walk had a folder of threads; nil where no process was read.
    ///
    /// The kernel's own have one, those of a made-up tree need not.
    public private(set) var hasThreadFolders: Bool?

    private let file: StaticString
    private let processes: UnsafeMutableRawPointer
    private let threads: UnsafeMutableRawPointer
    private let content: UnsafeMutablePointer<UInt8>
    private let text: UnsafeMutablePointer<CChar>

    /// The table of a mount point of procfs; `file` is the name of the file, whose content must come in one read of
    /// 4 KiB.
    public init(_ path: String, file: StaticString) {
        self.path = path
        self.file = file
        unsafe processes = .allocate(byteCount: Self.bufferSize, alignment: 8)
        unsafe threads = .allocate(byteCount: Self.bufferSize, alignment: 8)
        unsafe content = .allocate(capacity: Self.fileSize)
        unsafe text = .allocate(capacity: Self.nameSize)
    }

    deinit {
        unsafe processes.deallocate()
        unsafe threads.deallocate()
        unsafe content.deallocate()
        unsafe text.deallocate()
    }

    /// Walks over all processes, and over the threads of those of which `body` says true.
    public func walk(
        from reader: borrowing KernelFileReader, _ body: (Entry) -> Bool
    ) throws(KernelFileError) {
        hasThreadFolders = nil
        let conditions = reader.conditions
        try conditions.check(path, .list)
        let root = try KeptDescriptor.open(path, flags: O_DIRECTORY)
        defer { close(root) }
        let failure = unsafe list(root, into: processes) { name in
            guard let process = name.unsigned.flatMap(Int.init(exactly:)) else { return }
            switch read(name, in: root, path, conditions) {
            case .gone: return
            case .lost(let error): _ = body(.lost(error))
            case .bytes(let bytes):
                if hasThreadFolders == nil {
                    hasThreadFolders = unsafe faccessat(root, inFolder(name, "task"), F_OK, 0) == 0
                }
                if body(.process(process, bytes)) { walkThreads(of: process, name, in: root, conditions, body) }
            }
        }
        if failure != 0 { throw KernelFileError(.list, path: path, errno: failure) }
    }

    private func walkThreads(
        of process: Int, _ processName: Bytes, in root: Int32, _ conditions: ReadConditions, _ body: (Entry) -> Bool
    ) {
        // Only a test's conditions need the path of each folder.
        let path = conditions.failure == nil ? self.path : "\(self.path)/\(process)/task"
        let folder = unsafe openat(root, inFolder(processName, "task"), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else {
            let error = KernelFileError(.open, path: "\(self.path)/\(process)/task", errno: errno)
            if !error.isMissing { _ = body(.lost(error)) }
            return
        }
        defer { close(folder) }
        do throws(KernelFileError) {
            try conditions.check(path, .list)
        } catch {
            _ = body(.lost(error))
            return
        }
        let failure = unsafe list(folder, into: threads) { name in
            guard let thread = name.unsigned.flatMap(Int.init(exactly:)), thread != process else { return }
            switch read(name, in: folder, path, conditions) {
            case .gone: return
            case .lost(let error): _ = body(.lost(error))
            case .bytes(let bytes): _ = body(.thread(thread, of: process, bytes))
            }
        }
        let error = KernelFileError(.list, path: path, errno: failure)
        if failure != 0, !error.isMissing { _ = body(.lost(error)) }
    }

    /// Calls `body` with each name in an open directory; the error number of what went wrong, 0 for nothing.
    private func list(_ directory: Int32, into buffer: UnsafeMutableRawPointer, _ body: (Bytes) -> Void) -> Int32 {
        while true {
            let got = unsafe ckernel_getdents(directory, buffer, Self.bufferSize)
            guard got > 0 else { return got == 0 ? 0 : errno }
            let records = unsafe Bytes(UnsafePointer(buffer.assumingMemoryBound(to: UInt8.self)), count: got)
            var names = DirectoryListing(records: records)
            while let name = names.next() { body(name) }
        }
    }

    /// Reads the file of a task.
    private func read(_ name: Bytes, in folder: Int32, _ path: String, _ conditions: ReadConditions) -> Content {
        if conditions.failure != nil {
            do throws(KernelFileError) {
                try conditions.check("\(path)/\(name.text)/\(file)")
            } catch {
                return error.isMissing ? .gone : .lost(error)
            }
        }
        let descriptor = unsafe openat(folder, inFolder(name, file), O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { return failure(.open, path, name) }
        defer { close(descriptor) }
        var length = 0
        while length < Self.fileSize {
            let asked = min(Self.fileSize - length, conditions.longestRead)
            let got = unsafe Glibc.read(descriptor, content + length, asked)
            if got < 0 {
                if errno == EINTR { continue }
                return failure(.read, path, name)
            }
            length += got
            if got < asked { break }
        }
        return unsafe .bytes(Bytes(UnsafePointer(content), count: length))
    }

    private func failure(_ operation: KernelFileError.Operation, _ path: String, _ name: Bytes) -> Content {
        let number = errno
        // A task that has ended is no loss, and the text of a path is dear.
        if number == ENOENT || number == ESRCH { return .gone }
        return .lost(KernelFileError(operation, path: "\(path)/\(name.text)/\(file)", errno: number))
    }

    /// `name/file` as the C library takes it; good until it is asked for the next one.
    private func inFolder(_ name: Bytes, _ file: StaticString) -> UnsafePointer<CChar> {
        // Numbers and names of files are short; what is not is no task's, and is not found.
        let length = min(name.count, Self.nameSize - file.utf8CodeUnitCount - 2)
        for at in 0..<max(0, length) { unsafe text[at] = CChar(bitPattern: name[at] ?? 0) }
        var end = max(0, length)
        unsafe text[end] = CChar(bitPattern: UInt8(ascii: "/"))
        end += 1
        for at in 0..<file.utf8CodeUnitCount { unsafe text[end + at] = CChar(bitPattern: file.utf8Start[at]) }
        unsafe text[end + file.utf8CodeUnitCount] = 0
        return unsafe UnsafePointer(text)
    }
}
