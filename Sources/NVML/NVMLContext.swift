// SPDX-License-Identifier: Apache-2.0

import CNVML

/// The loaded code.
///
/// Only the C shim looks behind the pointer, and only while the context holds it.
@safe
struct LoadedLibrary: @unchecked Sendable {
    // Sendable: the pointer never changes, and the code behind it may be called from any thread.

    let pointer: OpaquePointer
}

/// Something that holds a resource of the library which must be given back before a shutdown.
protocol NVMLDependent: AnyObject {
    var isOpen: Bool { get }
    func close()
}

/// What the library object and all handles made from it share: the loaded code and which generation of it is alive.
///
/// A handle keeps the generation in which it was made and asks here before every call, because the library does not
/// check handles from before a shutdown: it reads through them.
@safe
final class NVMLContext {
    /// Texts of the library are at most 96 bytes; process names are cut here.
    static let textRoom = 1_024

    private(set) var library: LoadedLibrary?
    var generation: UInt32 = 0
    var isInitialized = false
    private var dependents: [() -> (any NVMLDependent)?] = []
    /// One byte more than the library is told of, so that a text without an end still has one.
    private let scratch: UnsafeMutableBufferPointer<CChar>

    init(library: OpaquePointer) {
        self.library = unsafe LoadedLibrary(pointer: library)
        unsafe scratch = .allocate(capacity: Self.textRoom + 1)
        unsafe scratch.initialize(repeating: 0)
    }

    deinit {
        shutDown()
        unsafe scratch.deallocate()
        _ = close()
    }

    /// Whether a handle of this generation may be used.
    func isAlive(_ generation: UInt32) -> Bool {
        isInitialized && generation == self.generation
    }

    /// Has `dependent` closed before the next shutdown, without keeping it alive.
    ///
    /// What has closed by itself leaves the list here, as samplers come and go with MIG instances.
    func closeBeforeShutdown(_ dependent: any NVMLDependent) {
        dependents.removeAll { !($0()?.isOpen ?? false) }
        dependents.append { [weak dependent] in dependent }
    }

    /// Gives back what the library lent out, then shuts it down.
    func shutDown() {
        guard isInitialized else { return }
        for dependent in dependents { dependent()?.close() }
        dependents.removeAll()
        isInitialized = false
        _ = call { unsafe cnvml_shutdown($0.pointer) }
    }

    /// Unmaps the library; true when nothing else holds it.
    func close() -> Bool {
        guard let library else { return true }
        self.library = nil
        return unsafe cnvml_close(library.pointer) != 0
    }

    /// Lets `body` write a text into room for `room` bytes and takes it over: up to the first zero byte or the end of
    /// the room, with what is not UTF-8 replaced.
    ///
    /// Empty texts are no texts.
    func text(
        room: Int, _ body: (_ library: LoadedLibrary, _ text: UnsafeMutablePointer<CChar>) -> Int32
    ) -> (code: NVMLReturn, text: String?) {
        guard let library, let base = unsafe scratch.baseAddress else { return (.staleHandle, nil) }
        let room = min(room, Self.textRoom)
        // Zeroes everywhere: some calls take no length, and a short text must not end in the one before it.
        unsafe scratch.update(repeating: 0)
        let code = NVMLReturn(rawValue: unsafe body(library, base))
        guard code == .success else { return (code, nil) }
        let bytes = unsafe UnsafeRawBufferPointer(start: base, count: room).prefix { $0 != 0 }
        guard unsafe !bytes.isEmpty else { return (code, nil) }
        return unsafe (code, String(decoding: bytes, as: UTF8.self))
    }

    /// Calls with the loaded library, or answers that there is none.
    func call(_ body: (_ library: LoadedLibrary) -> Int32) -> NVMLReturn {
        guard let library else { return .staleHandle }
        return NVMLReturn(rawValue: body(library))
    }
}
