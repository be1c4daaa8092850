// SPDX-License-Identifier: Apache-2.0

import FakeDaemonSupport
import Glibc
import KernelFiles
import SDBus
import Testing

/// Questions and answers over a bus of our own.
@Suite struct SDBusConnectionTests {
    private static let service = "org.example"

    /// Why there is nothing to test; nil where libsystemd is there.
    private static let whyNot: String? = {
        do throws(SDBusError) {
            _ = try SDBusLibrary()
            return nil
        } catch {
            return error.description
        }
    }()

    private func connection(to bus: FakeBus) throws -> SDBusConnection {
        if let whyNot = Self.whyNot {
            print("skipped: SDBusConnectionTests: \(whyNot)")
            try Test.cancel("\(whyNot)")
        }
        return try SDBusConnection(SDBusLibrary(), address: bus.address, isBus: true)
    }

    private func deadline(seconds: UInt64 = 10) -> UInt64 { BlockingSocket.now + seconds * 1_000_000_000 }

    private func property(_ name: String) -> SDBusCall {
        SDBusCall(propertyOf: Self.service, "/org/example", "org.example.Thing", name)
    }

    @Test("values of all types that are used come as they were sent")
    func values() throws {
        let bus = try FakeBus(
            """
            {"/org/example": {"org.example.Thing": {
                "List()": ["a(sou)", [["a", "/x", 1], ["größer", "/y/z", 4294967295]]],
                "Text": ["s", "hello"], "Long": ["t", 18446744073709551615], "Short": ["u", 7], "Yes": ["b", true]}}}
            """)
        var connection = try connection(to: bus)
        let calls = [
            SDBusCall(Self.service, "/org/example", "org.example.Thing", "List"), property("Text"), property("Long"),
            property("Short"), property("Yes"),
        ]
        var found: [String] = []
        try connection.exchange(calls.count, deadline: deadline()) {
            calls[$0]
        } receive: { number, answer in
            switch number {
            case 0:
                let isArray = answer.enterArray(of: "(sou)")
                #expect(isArray)
                while answer.enterStructure(of: "sou") {
                    let (name, path) = (answer.string()?.text ?? "-", answer.objectPath()?.text ?? "-")
                    found.append("\(name) \(path) \(answer.unsigned32() ?? 0)")
                    answer.leave()
                }
            case 1:
                let isOther = answer.enterVariant(of: "u")
                #expect(!isOther)
                found.append(answer.enterVariant(of: "s") ? answer.string()?.text ?? "-" : "-")
            case 2: found.append(answer.enterVariant(of: "t") ? "\(answer.unsigned64() ?? 0)" : "-")
            case 3: found.append(answer.enterVariant(of: "u") ? "\(answer.unsigned32() ?? 0)" : "-")
            default: found.append(answer.enterVariant(of: "b") ? "\(answer.boolean() ?? false)" : "-")
            }
        }
        #expect(found == ["a /x 1", "größer /y/z 4294967295", "hello", "18446744073709551615", "7", "true"])
    }

    @Test("a thousand questions are answered in order, and an error is the answer of its own question alone")
    func many() throws {
        let bus = try FakeBus(#"{"/org/example": {"org.example.Thing": {"Size": ["u", 3], "No": "org.example.No"}}}"#)
        var connection = try connection(to: bus)
        var numbers: [Int] = []
        var refusals: [Int] = []
        var refusal: SDBusError?
        try connection.exchange(1_000, deadline: deadline()) {
            property($0 == 500 ? "No" : $0 == 600 ? "Nothing" : "Size")
        } receive: { number, answer in
            numbers.append(number)
            if answer.refusal != nil { refusals.append(number) }
            if number == 500 { refusal = answer.refusal }
        }
        #expect(refusal == .refused(name: "org.example.No", text: "refused by the script"))
        #expect(numbers == Array(0..<1_000))
        #expect(refusals == [500, 600])
        // And Hello before them.
        #expect(bus.callCount == 1_001)
    }

    @Test("the other side that does not answer costs no more than the deadline")
    func hangs() throws {
        let bus = try FakeBus(#"{"/org/example": {"org.example.Thing": {"Size": ["u", 3], "Slow": "hangs"}}}"#)
        var connection = try connection(to: bus)
        var answers = 0
        #expect(throws: SDBusError.connection(errno: ETIMEDOUT)) {
            try connection.exchange(3, deadline: BlockingSocket.now + 100_000_000) {
                property($0 == 1 ? "Slow" : "Size")
            } receive: { _, _ in
                answers += 1
            }
        }
        #expect(answers == 2)
    }

    @Test("where nobody listens it is absence")
    func absent() throws {
        let bus = try FakeBus("{}")
        _ = try connection(to: bus)
        let library = try SDBusLibrary()
        do throws(SDBusError) {
            _ = try SDBusConnection(library, address: "unix:path=/nonexistent/socket", isBus: true)
            Issue.record("connected to nothing")
        } catch {
            #expect(error.isAbsence)
            #expect(error.description == "No such file or directory")
        }
    }

    @Test("errors say what they mean to who asks")
    func errors() {
        let denied = SDBusError.refused(name: "org.freedesktop.DBus.Error.AccessDenied", text: "no")
        #expect(denied.isPermission && !denied.isAbsence)
        #expect(denied.description == "org.freedesktop.DBus.Error.AccessDenied: no")
        #expect(SDBusError.refused(name: "org.freedesktop.DBus.Error.ServiceUnknown", text: "").isAbsence)
        #expect(SDBusError.connection(errno: ECONNREFUSED).isAbsence)
        #expect(SDBusError.connection(errno: EACCES).isPermission)
        #expect(!SDBusError.unexpected(member: "X").isAbsence)
    }
}
