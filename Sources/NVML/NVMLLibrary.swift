// SPDX-License-Identifier: Apache-2.0

import CNVML

/// libnvidia-ml, opened at run time: its life, its versions and the way to its devices.
///
/// It may be asked from several threads, and each device made from it belongs to one thread at a time. Initialising,
/// shutting down and unloading are one owner's, who sees to it that no other thread is inside meanwhile. Any call may
/// hang for as long as the driver likes, so every thread should be one that nobody waits for without a deadline. Nothing
/// here starts a thread, keeps time or retries: ``NVMLReturn/recovery`` says what a failure asks for.
///
/// Each ``initialize()`` begins a generation. Handles of an earlier one answer ``NVMLReturn/staleHandle`` without a
/// call into the library. When this object and all handles made from it are gone, the library is shut down and closed.
public final class NVMLLibrary: Sendable {
    /// Where the loaded file really lies, links resolved (`…/libnvidia-ml.so.580.65.06`); nil where that is unknown.
    public let path: String?
    let context: NVMLContext

    /// Opens the library: `path` alone where it is given, else the name that the dynamic linker knows and then the
    /// places where distributions and containers keep it.
    ///
    /// Does not initialise it and opens no device. Cost: one dlopen and about a hundred look-ups of symbols.
    ///
    /// - Throws: ``NVMLReturn/notLoadable`` with the linker's reason.
    public init(path: String? = nil) throws(NVMLError) {
        let room = 256
        let reason = UnsafeMutableBufferPointer<CChar>.allocate(capacity: room)
        defer { unsafe reason.deallocate() }
        unsafe reason.initialize(repeating: 0)
        let library =
            if let path {
                unsafe path.withCString { unsafe cnvml_open($0, reason.baseAddress, room) }
            } else {
                unsafe cnvml_open(nil, reason.baseAddress, room)
            }
        guard let library = unsafe library else {
            let bytes = unsafe UnsafeRawBufferPointer(reason).prefix { $0 != 0 }
            throw NVMLError(.notLoadable, call: "dlopen", reason: unsafe String(decoding: bytes, as: UTF8.self))
        }
        context = unsafe NVMLContext(library: library)
        self.path = unsafe context.text(room: NVMLContext.textRoom) { library, text in
            unsafe cnvml_path(library.pointer, text, NVMLContext.textRoom) == 1 ? 0 : -1
        }.text
    }

    /// Whether nobody but root and this user could have put a file there; false also where it is not there.
    ///
    /// The places where distributions keep the library are tried where this holds.
    static func isTrusted(_ path: String) -> Bool {
        unsafe path.withCString { unsafe cnvml_is_trusted($0) != 0 }
    }

    /// The version in the file's own name (`580.65.06`), which is there even where initialisation is refused because
    /// the kernel module has another one; nil where the name has none.
    public var fileVersion: String? {
        path.flatMap(Self.version(inFileName:))
    }

    /// What follows `.so.` in the last part of a path, where it is numbers and at least one dot.
    static func version(inFileName path: String) -> String? {
        let parts = (path.split(separator: "/").last ?? "").split(separator: ".", omittingEmptySubsequences: false)
        guard let mark = parts.firstIndex(where: { $0 == "so" }) else { return nil }
        let numbers = parts[(mark + 1)...]
        guard numbers.count > 1, numbers.allSatisfy({ UInt32($0) != nil }) else { return nil }
        return numbers.joined(separator: ".")
    }

    /// How often ``initialize()`` has worked; 0 before the first time.
    public var generation: UInt32 {
        context.generation
    }

    /// Whether the library is initialised.
    public var isInitialized: Bool {
        context.isInitialized
    }

    /// Whether the loaded driver has profiling metrics at all (all of their entry points).
    public var hasGPM: Bool {
        context.call { unsafe cnvml_has_gpm($0.pointer) != 0 ? 0 : -1 } == .success
    }

    /// Initialises the library and begins a new generation; does nothing where it is initialised.
    ///
    /// Cost: tens to hundreds of milliseconds, up to seconds where nothing keeps the driver loaded.
    ///
    /// - Throws: 9 no kernel module, 18 another version of it, 4 or 999 where the device nodes may not be opened.
    public func initialize() throws(NVMLError) {
        guard !context.isInitialized else { return }
        let code = context.call { unsafe cnvml_init($0.pointer) }
        guard code == .success else { throw NVMLError(code, call: "nvmlInit_v2") }
        context.begin()
    }

    /// Closes the event sets and samplers that are still open, then shuts the library down, which also lets go of
    /// every device node; does nothing where it is not initialised.
    ///
    /// An event set with a thread in ``NVMLEventSet/wait(milliseconds:)`` is waited for.
    public func shutDown() {
        context.shutDown()
    }

    /// Shuts down and unmaps the library; this object is then of no further use.
    ///
    /// False: the code is still mapped, because something else holds it, so opening the path again gives the old code
    /// back.
    public func unload() -> Bool {
        shutDown()
        return context.close()
    }

    /// The version of the driver, as the library reports it.
    public func driverVersion() throws(NVMLError) -> String? {
        try unsafe text("nvmlSystemGetDriverVersion") { unsafe cnvml_driver_version($0.pointer, $1, 80) }
    }

    /// The version of the library itself.
    public func nvmlVersion() throws(NVMLError) -> String? {
        try unsafe text("nvmlSystemGetNVMLVersion") { unsafe cnvml_nvml_version($0.pointer, $1, 80) }
    }

    /// The newest CUDA that the driver supports.
    public func cudaVersion() throws(NVMLError) -> (major: Int, minor: Int)? {
        var version: Int32 = 0
        let code = try checked("nvmlSystemGetCudaDriverVersion") { unsafe cnvml_cuda_version($0.pointer, &version) }
        guard code == .success, version > 0 else { return nil }
        return (Int(version / 1_000), Int(version % 1_000) / 10)
    }

    /// The command line name of a process, as the driver reports it; nil where it has gone or none is given.
    ///
    /// A process chooses its own name: escape and bound it before it becomes a label.
    public func processName(pid: UInt32) -> String? {
        guard context.isInitialized else { return nil }
        return unsafe context.text(room: NVMLContext.textRoom) {
            unsafe cnvml_process_name($0.pointer, pid, $1, UInt32(NVMLContext.textRoom))
        }.text
    }

    private func text(
        _ call: String, _ body: (LoadedLibrary, UnsafeMutablePointer<CChar>) -> Int32
    ) throws(NVMLError) -> String? {
        guard context.isInitialized else { throw NVMLError(.staleHandle, call: call) }
        let (code, text) = unsafe context.text(room: 80, body)
        if case .generation = code.recovery { throw NVMLError(code, call: call) }
        return text
    }

    private func checked(_ call: String, _ body: (LoadedLibrary) -> Int32) throws(NVMLError) -> NVMLReturn {
        guard context.isInitialized else { throw NVMLError(.staleHandle, call: call) }
        let code = context.call(body)
        if case .generation = code.recovery { throw NVMLError(code, call: call) }
        return code
    }
}
