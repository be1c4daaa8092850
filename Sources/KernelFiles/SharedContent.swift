// SPDX-License-Identifier: Apache-2.0

import Glibc

/// The content of a file that several collectors read, as the first of them found it in a scrape.
///
/// While a thread hangs in the file, the others are told so at once (EBUSY) instead of hanging as well.
public final class SharedContent: Sendable {
    private struct State {
        let file: KernelFile
        var content: [UInt8] = []
        var failure: KernelFileError?
        var readIn: UInt64?
    }

    /// The path that is read.
    public let path: String
    private let state: Guarded<State>

    /// The content of a path, read until nothing is left; not opened before the first read.
    public convenience init(_ path: String) {
        self.init(KernelFile(path))
    }

    /// The content of a file that is read as it says itself, and by nobody else.
    public init(_ file: sending KernelFile) {
        path = file.path
        state = Guarded(State(file: file))
    }

    /// Copies the scrape's content into the arena, which it is read into where nobody has read it yet.
    func read(
        into arena: inout ReadArena, budget: DescriptorBudget, scrape: UInt64, conditions: ReadConditions
    ) throws(KernelFileError) -> Bytes {
        let bytes = try state.use { (state) throws(KernelFileError) -> Bytes in
            if state.readIn == scrape {
                if let failure = state.failure { throw failure }
                return Bytes.withView(of: state.content) { arena.copy($0) }
            }
            state.readIn = nil
            do throws(KernelFileError) {
                let bytes = try state.file.read(
                    into: &arena, budget: budget, scrape: scrape, conditions: conditions)
                state.content.removeAll(keepingCapacity: true)
                unsafe state.content.append(contentsOf: bytes.unsafeBuffer)
                state.failure = nil
                state.readIn = scrape
                return bytes
            } catch {
                state.failure = error
                state.readIn = scrape
                throw error
            }
        }
        guard let bytes else { throw KernelFileError(.read, path: path, errno: EBUSY) }
        return bytes
    }
}
