// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// The mistake that does not compile: a key of another collector's families.
@Suite struct ForeignKeyTests {
    private static let program = """
        import Exposition
        enum Own: Int, FamilyKey {
            case value
            var family: MetricFamily { .gauge("own", [], "One's own.") }
        }
        enum Other: Int, FamilyKey {
            case value
            var family: MetricFamily { .gauge("other", [], "Another one's.") }
        }
        func collect(into writer: inout MetricWriter<Own>) { writer.write(KEY.value, 1) }
        """

    /// What the compiler says of the program with a key; nil where the compiler cannot be had.
    private func diagnostics(of key: String) throws -> String? {
        // The modules that this test is built with lie beside it.
        let modules = URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath()
            .deletingLastPathComponent()
            .appendingPathComponent("Modules")
        guard FileManager.default.fileExists(atPath: modules.appendingPathComponent("Exposition.swiftmodule").path)
        else { return nil }
        let file = FileManager.default.temporaryDirectory.appendingPathComponent(
            "foreign-key-\(UUID().uuidString).swift")
        try Self.program.replacingOccurrences(of: "KEY", with: key).write(to: file, atomically: true, encoding: .utf8)
        defer { try? FileManager.default.removeItem(at: file) }
        let compiler = Process()
        compiler.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        compiler.arguments = ["swiftc", "-typecheck", "-swift-version", "6", "-I", modules.path, file.path]
        let output = Pipe()
        compiler.standardError = output
        try compiler.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        compiler.waitUntilExit()
        return compiler.terminationStatus == 127 ? nil : text
    }

    @Test("another collector's key does not compile, and the compiler says why")
    func foreign() throws {
        guard let own = try diagnostics(of: "Own"), let other = try diagnostics(of: "Other") else {
            print("skipped: foreign keys, because swiftc or the modules of this build are not at hand")
            try Test.cancel("swiftc or the modules of this build are not at hand")
        }
        #expect(own == "")
        #expect(other.contains("cannot convert value of type 'Other' to expected argument type 'Own'"), "\(other)")
    }
}
