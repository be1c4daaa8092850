// SPDX-License-Identifier: Apache-2.0

import Glibc
import Synchronization

/// The fake libnvidia-ml of Tests/FakeNVML, a copy of its own for each test: so each has its script, its counts and its
/// generation, and tests can run side by side.
package final class FakeLibrary: Sendable {
    /// Why there is no fake; nil where there is one.
    package static let whyNot: String? = {
        if run(["sh", "-c", "command -v cc >/dev/null"]) { return nil }
        print("skipped: no C compiler named cc, so the fake libnvidia-ml cannot be built")
        return "no C compiler named cc"
    }()

    package let folder: String
    package var path: String { "\(folder)/libnvidia-ml.so.1" }
    private var scriptPath: String { "\(path).script" }

    /// Takes a copy of the fake that exports what this driver exports, scripted with `script`.
    package init(driver: Int = 590, _ script: String = "") throws {
        let built = try Self.built(driver)
        folder = try Self.makeFolder()
        guard Self.run(["cp", "\(built)/libnvidia-ml.so.1", "\(folder)/libnvidia-ml.so.1"]) else {
            throw FakeFailure("cannot copy the fake")
        }
        try rewrite(script)
    }

    /// Replaces the script in one step; the fake sees it at its next call.
    package func rewrite(_ script: String) throws {
        let temporary = "\(scriptPath).new"
        guard let file = fopen(temporary, "we") else { throw FakeFailure("cannot write the script") }
        fputs(script, file)
        fclose(file)
        guard rename(temporary, scriptPath) == 0 else { throw FakeFailure("cannot rename the script") }
    }

    /// Puts another driver's library in the place of this one, as an upgrade of the package does.
    package func replace(withDriver driver: Int) throws {
        let built = try Self.built(driver)
        guard Self.run(["cp", "--remove-destination", "\(built)/libnvidia-ml.so.1", path]) else {
            throw FakeFailure("cannot replace the fake")
        }
    }

    /// How often a call was made, for one device or in all.
    package func calls(_ symbol: String? = nil, gpu: Int32 = -1) -> UInt64 {
        typealias Call = @convention(c) (UnsafePointer<CChar>?, Int32) -> UInt64
        return hook("fakeNVMLCalls") { unsafeBitCast($0, to: Call.self)(symbol, gpu) } ?? 0
    }

    package func resetCalls() {
        typealias Call = @convention(c) () -> Void
        hook("fakeNVMLResetCalls") { unsafeBitCast($0, to: Call.self)() }
    }

    /// Uses after shutdown, unknown handles, things not given back.
    package var abuses: UInt64 {
        typealias Call = @convention(c) () -> UInt64
        return hook("fakeNVMLAbuses") { unsafeBitCast($0, to: Call.self)() } ?? 0
    }

    package var hangingThreads: Int32 {
        typealias Call = @convention(c) () -> Int32
        return hook("fakeNVMLHanging") { unsafeBitCast($0, to: Call.self)() } ?? 0
    }

    @discardableResult
    private func hook<Result>(_ name: String, _ body: (UnsafeMutableRawPointer) -> Result) -> Result? {
        guard let handle = dlopen(path, RTLD_LAZY | RTLD_NOLOAD) else { return nil }
        defer { dlclose(handle) }
        return dlsym(handle, name).map(body)
    }

    // MARK: Building

    private static let base = Mutex<String?>(nil)
    private static let libraries = Mutex<[Int: String]>([:])
    private static let counter = Atomic(0)

    private static var sources: String {
        let here = #filePath
        let tests = here.split(separator: "/").dropLast(2).joined(separator: "/")
        return "/\(tests)/FakeNVML"
    }

    private static func built(_ driver: Int) throws -> String {
        try libraries.withLock { known in
            if let folder = known[driver] { return folder }
            let folder = try makeFolder()
            guard run(["sh", "\(sources)/build", folder, String(driver)]) else {
                throw FakeFailure("the fake does not compile")
            }
            known[driver] = folder
            return folder
        }
    }

    private static func makeFolder() throws -> String {
        let root = try base.withLock { base in
            if let base { return base }
            let parent = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
            var template = Array("\(parent)/fake-nvml-XXXXXX".utf8CString)
            guard mkdtemp(&template) != nil else { throw FakeFailure("no temporary folder") }
            let made = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
            base = made
            atexit { FakeLibrary.removeAll() }
            return made
        }
        let number = counter.add(1, ordering: .relaxed).newValue
        let folder = "\(root)/\(number)"
        guard mkdir(folder, 0o755) == 0 else { throw FakeFailure("cannot make \(folder)") }
        return folder
    }

    private static func removeAll() {
        if let base = base.withLock({ $0 }) { _ = run(["rm", "-rf", base]) }
    }

    private static func run(_ words: [String]) -> Bool {
        let arguments = words.map { strdup($0) } + [nil]
        defer { for argument in arguments { free(argument) } }
        var pid: pid_t = 0
        guard posix_spawnp(&pid, words[0], nil, nil, arguments, environ) == 0 else { return false }
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0 {
            guard errno == EINTR else { return false }
        }
        return status == 0
    }
}

package struct FakeFailure: Error {
    package let text: String

    package init(_ text: String) {
        self.text = text
    }
}
