// SPDX-License-Identifier: Apache-2.0

import Foundation
import Synchronization

/// A message bus with one service on it, which answers what its script says.
///
/// The script is JSON: objects by path, their interfaces, and in them what a method or a property gives, a signature and
/// a value:
///
///     {"/org/example": {"org.example.Thing": {"List()": ["as", ["a", "b"]], "Size": ["u", 3]}}}
///
/// In place of the pair the word `hangs` gives no answer, and any other word is the name of an error.
public final class FakeBus: Sendable {
    /// Where it listens, as D-Bus writes addresses.
    public var address: String { "unix:path=" + stream.path }
    /// How many method calls have come.
    public var callCount: Int { state.calls.withLock { $0 } }

    private let stream: FakeStream
    private let state: State

    private final class State: Sendable {
        let script: Mutex<Data>
        let calls = Mutex(0)

        init(_ script: String) { self.script = Mutex(Data(script.utf8)) }

        /// Parsed for each message: scripts are short, and JSON's objects belong to one thread.
        func answer(_ object: String, _ interface: String, _ member: String) -> Any? {
            let root = script.withLock { try? JSONSerialization.jsonObject(with: $0) } as? [String: Any]
            let interfaces = root?[object] as? [String: Any]
            return (interfaces?[interface] as? [String: Any])?[member]
        }
    }

    /// A bus that answers by a script.
    public init(_ script: String) throws {
        let state = State(script)
        self.state = state
        stream = try FakeStream { peer in Self.serve(peer, state) }
    }

    /// Answers by another script from now on.
    public func change(to script: String) { state.script.withLock { $0 = Data(script.utf8) } }

    /// Ends all connections, as a restart does.
    public func disconnectAll() { stream.disconnectAll() }

    private static func serve(_ peer: FakePeer, _ state: State) {
        var bytes: [UInt8] = []
        guard authenticate(peer, &bytes) else { return }
        var serial: UInt32 = 1
        while true {
            while let call = DBusCall.next(&bytes) {
                state.calls.withLock { $0 += 1 }
                guard call.isReplyWanted, let reply = reply(to: call, state, serial) else { continue }
                serial += 1
                peer.send(reply)
            }
            let more = peer.receive()
            guard !more.isEmpty else { return }
            bytes += more
        }
    }

    /// The lines before the first message.
    private static func authenticate(_ peer: FakePeer, _ bytes: inout [UInt8]) -> Bool {
        while true {
            while let end = bytes.firstIndex(of: 0x0A) {
                let line = String(decoding: bytes[..<end].filter { $0 != 0 && $0 != 0x0D }, as: UTF8.self)
                bytes.removeFirst(end + 1)
                switch line {
                case "BEGIN": return true
                case "AUTH EXTERNAL": peer.send(Array("DATA\r\n".utf8))
                case "NEGOTIATE_UNIX_FD": peer.send(Array("AGREE_UNIX_FD\r\n".utf8))
                default: peer.send(Array("OK 00112233445566778899aabbccddeeff\r\n".utf8))
                }
            }
            let more = peer.receive()
            guard !more.isEmpty else { return false }
            bytes += more
        }
    }

    private static func reply(to call: DBusCall, _ state: State, _ serial: UInt32) -> [UInt8]? {
        if call.member == "Hello" { return message(call, serial, "s", [":1.1"]) }
        let isProperty = call.interface == "org.freedesktop.DBus.Properties" && call.arguments.count == 2
        let answer =
            isProperty
            ? state.answer(call.path, call.arguments[0], call.arguments[1])
            : state.answer(call.path, call.interface, call.member + "()")
        switch answer {
        case let pair as [Any] where pair.count == 2:
            return isProperty
                ? message(call, serial, "v", [pair]) : message(call, serial, pair[0] as? String ?? "", [pair[1]])
        case "hangs" as String: return nil
        case let error as String: return message(call, serial, error: error)
        default: return message(call, serial, error: "org.freedesktop.DBus.Error.UnknownObject")
        }
    }

    private static func message(
        _ call: DBusCall, _ serial: UInt32, _ signature: String = "s", _ values: [Any] = ["refused by the script"],
        error: String? = nil
    ) -> [UInt8] {
        var body = DBusWriter()
        body.values(signature, values)
        var head = DBusWriter()
        head.bytes = [UInt8(ascii: "l"), error == nil ? 2 : 3, 1, 1]
        head.number(UInt32(body.bytes.count))
        head.number(serial)
        // Codes of the header's fields: 4 the error's name, 5 the call that is answered, 7 the sender, 8 the signature.
        var fields: [[Any]] = [[5, "u", NSNumber(value: call.serial)], [7, "s", ":1.2"], [8, "g", signature]]
        if let error { fields.append([4, "s", error]) }
        head.number(UInt32(0))
        let start = head.bytes.count
        for field in fields {
            head.align(8)
            head.bytes.append(UInt8(field[0] as? Int ?? 0))
            head.values("v", [[field[1], field[2]]])
        }
        withUnsafeBytes(of: UInt32(head.bytes.count - start).littleEndian) {
            head.bytes.replaceSubrange(12..<16, with: $0)
        }
        head.align(8)
        return head.bytes + body.bytes
    }
}
