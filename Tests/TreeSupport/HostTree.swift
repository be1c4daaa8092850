// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Files that stand for a host's, in a temporary folder that goes with the object.
///
/// Paths are relative to the folder; `proc`, `sys`, `root` and `udev` in it are what the product's flags for these
/// trees are pointed to. What cannot be made ends the test process with the reason: a tree that is not what the test
/// says proves nothing.
package final class HostTree: Sendable {
    /// The temporary folder, as an absolute path.
    package let root: String

    /// An empty tree; `inMemory` puts it in /dev/shm where there is one, for trees of thousands of files.
    package init(inMemory: Bool = false) {
        let isPossible = inMemory && access("/dev/shm", W_OK | X_OK) == 0
        var parent = isPossible ? "/dev/shm" : NSTemporaryDirectory()
        while parent.hasSuffix("/") && parent.count > 1 { parent.removeLast() }
        var template = Array("\(parent)/host-tree-XXXXXX".utf8CString)
        let made: String? = template.withUnsafeMutableBufferPointer { buffer in
            buffer.baseAddress.flatMap { mkdtemp($0) }.map { String(cString: $0) }
        }
        guard let made else { Self.fail("mkdtemp in", parent) }
        root = made
    }

    /// The tree that a text in the format of `TreeText` describes.
    package convenience init(text: String, inMemory: Bool = false) throws(TreeTextError) {
        let entries = try TreeText.entries(of: text)
        self.init(inMemory: inMemory)
        add(entries)
    }

    deinit { Self.removeAll(root) }

    package var procfs: String { path("proc") }
    package var sysfs: String { path("sys") }
    package var rootfs: String { path("root") }
    package var udevData: String { path("udev") }

    /// The absolute path of one in the tree.
    package func path(_ relative: String) -> String { relative.isEmpty ? root : root + "/" + relative }

    // MARK: - Making

    /// Makes a folder and those above it.
    package func make(_ folder: String) {
        var made = root
        for part in folder.split(separator: "/") {
            made += "/" + part
            if mkdir(made, 0o755) != 0 && errno != EEXIST { Self.fail("mkdir", made) }
        }
    }

    /// Writes a file, in place where there is one already, as the kernel does: kept descriptors see the new content.
    package func write(_ file: String, _ bytes: [UInt8]) {
        make(Self.parent(of: file))
        let descriptor = open(path(file), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { Self.fail("open", path(file)) }
        defer { close(descriptor) }
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 else { Self.fail("write", path(file)) }
            rest = rest.dropFirst(count)
        }
    }

    package func write(_ file: String, _ text: String) { write(file, Array(text.utf8)) }

    /// Makes a link, in the place of whatever has its name.
    package func link(_ path: String, to target: String) {
        make(Self.parent(of: path))
        if exists(path) { remove(path) }
        guard symlink(target, self.path(path)) == 0 else { Self.fail("symlink", self.path(path)) }
    }

    /// Makes a pipe that nobody writes to: who reads it waits.
    package func makePipe(_ path: String) {
        make(Self.parent(of: path))
        guard mkfifo(self.path(path), 0o644) == 0 else { Self.fail("mkfifo", self.path(path)) }
    }

    /// Sets the permissions of what is there; root may read it nevertheless.
    package func setMode(_ path: String, _ mode: mode_t) {
        guard chmod(self.path(path), mode) == 0 else { Self.fail("chmod", self.path(path)) }
    }

    /// Makes what a text describes, in its order.
    package func add(_ entries: [TreeText.Entry]) {
        for entry in entries {
            switch entry.kind {
            case .folder: make(entry.path)
            case .file(let bytes): write(entry.path, bytes)
            case .link(let target): link(entry.path, to: target)
            case .pipe: makePipe(entry.path)
            case .mode(let mode): setMode(entry.path, mode)
            }
        }
    }

    // MARK: - What is there

    /// Removes a file, a link, or a folder with all in it; it has to be there.
    package func remove(_ path: String) {
        guard exists(path) else { Self.fail("remove", self.path(path)) }
        Self.removeAll(self.path(path))
        if exists(path) { Self.fail("remove", self.path(path)) }
    }

    /// Whether something has this name; a link counts, wherever it leads.
    package func exists(_ path: String) -> Bool {
        var status = stat()
        return lstat(self.path(path), &status) == 0
    }

    /// The content of a file; empty where there is none.
    package func read(_ file: String) -> String {
        guard let data = FileManager.default.contents(atPath: path(file)) else { return "" }
        return String(decoding: data, as: UTF8.self)
    }

    // MARK: - Private

    private static func parent(of path: String) -> String {
        path.split(separator: "/").dropLast().joined(separator: "/")
    }

    /// Removes what is there, also folders that their own mode closes.
    private static func removeAll(_ path: String) {
        if unlink(path) == 0 { return }
        chmod(path, 0o700)
        for name in (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? [] {
            removeAll(path + "/" + name)
        }
        rmdir(path)
    }

    private static func fail(_ call: String, _ path: String) -> Never {
        fatalError("\(call) \(path): \(String(cString: strerror(errno)))")
    }
}
