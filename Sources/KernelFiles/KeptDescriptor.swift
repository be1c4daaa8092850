// SPDX-License-Identifier: Apache-2.0

import Glibc

/// The descriptor of a file or directory that stays open from read to read, within a budget.
///
/// Opening is most of the cost of a small kernel file, so it is done once. Above the budget, and on an ordinary file
/// system, the descriptor is closed after each use. After a change of mounts the path is opened again: another file may
/// be there now.
struct KeptDescriptor: ~Copyable {
    private let flags: Int32
    private var descriptor: Int32 = -1
    private var budget: DescriptorBudget?
    /// The budget's count of changes of mounts when the path was opened.
    private var mountChanges: UInt64 = 0
    /// The same when the path led to an ordinary file system.
    private var ordinaryAt: UInt64 = 0

    /// Nothing is opened before the first use; `flags` are added to those of a plain read.
    init(flags: Int32 = 0) {
        self.flags = flags
    }

    deinit {
        guard descriptor >= 0 else { return }
        _ = Glibc.close(descriptor)
        budget?.giveBack()
    }

    /// Lets go of the descriptor; the next use opens the path again.
    mutating func close() {
        guard descriptor >= 0 else { return }
        _ = Glibc.close(descriptor)
        descriptor = -1
        budget?.giveBack()
        budget = nil
    }

    /// Calls `body` with the open descriptor.
    ///
    /// Where a kept one fails with an error for which `isStale` is true, the path is opened again and `body` is tried
    /// once more: the device went and may have come back.
    mutating func use<Result>(
        _ path: String, within budget: DescriptorBudget, isStale: (KernelFileError) -> Bool,
        _ body: (Int32) throws(KernelFileError) -> Result
    ) throws(KernelFileError) -> Result {
        let now = budget.mountChanges
        if descriptor >= 0, mountChanges != now || self.budget !== budget { close() }
        if descriptor >= 0 {
            do throws(KernelFileError) {
                return try body(descriptor)
            } catch {
                close()
                guard isStale(error) else { throw error }
            }
        }
        let opened = try KeptDescriptor.open(path, flags: flags)
        do throws(KernelFileError) {
            let result = try body(opened)
            keep(opened, within: budget, now)
            return result
        } catch {
            _ = Glibc.close(opened)
            throw error
        }
    }

    private mutating func keep(_ opened: Int32, within budget: DescriptorBudget, _ now: UInt64) {
        guard ordinaryAt != now, budget.take() else {
            _ = Glibc.close(opened)
            return
        }
        guard budget.mayKeep(opened) else {
            // Not asked again before mounts change.
            ordinaryAt = now
            budget.giveBack()
            _ = Glibc.close(opened)
            return
        }
        descriptor = opened
        self.budget = budget
        mountChanges = now
    }

    /// The open descriptor, opened now where it is not; nil where it cannot be.
    ///
    /// It counts for no budget.
    mutating func opened(_ path: String) -> Int32? {
        if descriptor < 0 {
            // Not there: nothing to say.
            guard let fresh = try? KeptDescriptor.open(path, flags: flags) else { return nil }
            descriptor = fresh
        }
        return descriptor
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
