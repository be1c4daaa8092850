// SPDX-License-Identifier: Apache-2.0

import CNVML
import Synchronization

/// The loaded code.
///
/// Only the C shim looks behind the pointer, and only while the context holds it.
@safe
struct LoadedLibrary: @unchecked Sendable {
    // Sendable: the pointer never changes, and the code behind it may be called from any thread.

    let pointer: OpaquePointer
}

/// Something that holds a resource of the library which must be given back before a shutdown.
protocol NVMLDependent: AnyObject, Sendable {
    var isOpen: Bool { get }
    func close()
}

/// What the library object and all handles made from it share: the loaded code and which generation of it is alive.
///
/// A handle keeps the generation in which it was made and asks here before every call, because the library does not
/// check handles from before a shutdown: it reads through them.
final class NVMLContext: Sendable {
    /// Texts of the library are at most 96 bytes; process names are cut here.
    static let textRoom = 960

    private let loaded: Mutex<LoadedLibrary?>
    /// The generation, twice, plus 1 while it is alive.
    private let life = Atomic<UInt64>(0)
    private let dependents = Mutex<[@Sendable () -> (any NVMLDependent)?]>([])
    /// Held while something is given back, and while the generation ends: nothing is given back after a shutdown.
    private let returning = Mutex(())

    init(library: OpaquePointer) {
        loaded = Mutex(unsafe LoadedLibrary(pointer: library))
    }

    deinit {
        shutDown()
        _ = close()
    }

    /// The loaded code; nil once it is closed.
    var library: LoadedLibrary? { loaded.withLock { $0 } }

    /// How often the library was initialised.
    var generation: UInt32 { UInt32(truncatingIfNeeded: life.load(ordering: .acquiring) >> 1) }

    /// Whether the generation is alive.
    var isInitialized: Bool { life.load(ordering: .acquiring) & 1 == 1 }

    /// Begins a generation.
    func begin() {
        let next = (life.load(ordering: .acquiring) >> 1) &+ 1
        life.store(next << 1 | 1, ordering: .releasing)
    }

    /// Whether a handle of this generation may be used.
    func isAlive(_ generation: UInt32) -> Bool {
        life.load(ordering: .acquiring) == UInt64(generation) << 1 | 1
    }

    /// Has `dependent` closed before the next shutdown, without keeping it alive.
    ///
    /// What has closed by itself leaves the list here, as samplers come and go with MIG instances.
    func closeBeforeShutdown(_ dependent: any NVMLDependent) {
        dependents.withLock { dependents in
            dependents.removeAll { !($0()?.isOpen ?? false) }
            dependents.append { [weak dependent] in dependent }
        }
    }

    /// Gives back something that the library lent out in a generation; does nothing once that has ended.
    func giveBack(of generation: UInt32, _ body: (_ library: LoadedLibrary) -> Void) {
        returning.withLock { _ in
            guard isAlive(generation), let library else { return }
            body(library)
        }
    }

    /// Gives back what the library lent out, then shuts it down.
    func shutDown() {
        guard isInitialized else { return }
        let open = dependents.withLock { dependents in
            defer { dependents.removeAll() }
            return dependents
        }
        for dependent in open { dependent()?.close() }
        let wasAlive = returning.withLock { _ in
            life.bitwiseAnd(~1, ordering: .acquiringAndReleasing).oldValue & 1 == 1
        }
        if wasAlive { _ = call { unsafe cnvml_shutdown($0.pointer) } }
    }

    /// Unmaps the library; true when nothing else holds it.
    func close() -> Bool {
        let library = loaded.withLock { loaded in
            defer { loaded = nil }
            return loaded
        }
        guard let library else { return true }
        return unsafe cnvml_close(library.pointer) != 0
    }

    /// Lets `body` write a text into room for `room` bytes and takes it over: up to the first zero byte or the end of
    /// the room, with what is not UTF-8 replaced.
    ///
    /// Empty texts are no texts.
    func text(
        room: Int, _ body: (_ library: LoadedLibrary, _ text: UnsafeMutablePointer<CChar>) -> Int32
    ) -> (code: NVMLReturn, text: String?) {
        guard let library else { return (.staleHandle, nil) }
        // One byte more than the library is told of, so that a text without an end still has one.
        return unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: room + 1) { buffer in
            guard let base = buffer.baseAddress else { return (.staleHandle, nil) }
            // Zeroes everywhere: some calls take no length.
            unsafe buffer.initialize(repeating: 0)
            let code = NVMLReturn(rawValue: unsafe body(library, base))
            guard code == .success else { return (code, nil) }
            let bytes = unsafe UnsafeRawBufferPointer(start: base, count: room).prefix { $0 != 0 }
            guard unsafe !bytes.isEmpty else { return (code, nil) }
            return unsafe (code, String(decoding: bytes, as: UTF8.self))
        }
    }

    /// Calls with the loaded library, or answers that there is none.
    func call(_ body: (_ library: LoadedLibrary) -> Int32) -> NVMLReturn {
        guard let library else { return .staleHandle }
        return NVMLReturn(rawValue: body(library))
    }
}
