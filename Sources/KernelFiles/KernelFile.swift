// SPDX-License-Identifier: Apache-2.0

import Glibc

/// A procfs or sysfs file whose descriptor is kept from read to read.
///
/// Opening is most of the cost of a small kernel file, so it is done once. One thread uses a file at a time: it
/// belongs to the collector or source that made it and goes wherever that goes.
public final class KernelFile {
    /// The path that is opened.
    public let path: String
    /// Read errors after which opening again may help: the device went and may have come back.
    private static let stale: Set<Int32> = [ESRCH, ENODEV, ENOENT, ENXIO, EBADF]

    private var descriptor: Int32 = -1
    private var budget: DescriptorBudget?

    private let records: KernelRecords

    /// A file that is not opened before its first read.
    public init(_ path: String, _ records: KernelRecords = .one) {
        self.path = path
        self.records = records
    }

    deinit {
        close()
    }

    /// Lets go of the descriptor; the next read opens the file again.
    public func close() {
        guard descriptor >= 0 else { return }
        _ = Glibc.close(descriptor)
        descriptor = -1
        budget?.giveBack()
        budget = nil
    }

    /// Reads the file from its start to its end into the arena's free room.
    func read(into arena: inout ReadArena, budget: DescriptorBudget) throws(KernelFileError) -> Bytes {
        if descriptor >= 0 {
            do throws(KernelFileError) {
                return try arena.fill(from: descriptor, path: path, records: records)
            } catch {
                close()
                guard KernelFile.stale.contains(error.errno) else { throw error }
            }
        }
        let opened = try KernelFile.open(path)
        do throws(KernelFileError) {
            let bytes = try arena.fill(from: opened, path: path, records: records)
            if budget.take() {
                descriptor = opened
                self.budget = budget
            } else {
                _ = Glibc.close(opened)
            }
            return bytes
        } catch {
            _ = Glibc.close(opened)
            throw error
        }
    }

    /// Opens for reading without ever waiting for a FIFO's other end.
    static func open(_ path: String, flags: Int32 = 0) throws(KernelFileError) -> Int32 {
        while true {
            let opened = unsafe Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | flags)
            if opened >= 0 { return opened }
            guard errno == EINTR else { throw KernelFileError(.open, path: path, errno: errno) }
        }
    }
}
