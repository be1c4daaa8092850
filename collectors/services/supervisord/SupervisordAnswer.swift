// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Expat
import KernelFiles

/// A process as supervisord tells of it; what it does not tell is nil.
struct SupervisordProcess: Equatable {
    var name: String?
    var group: String?
    var state: Int64?
    var exitStatus: Int64?
    var startSeconds: Int64?
}

/// The answer of `supervisor.getAllProcessInfo`.
///
/// Source: http://supervisord.org/api.html and http://xmlrpc.com/spec.md.
struct SupervisordAnswer {
    /// The processes in supervisord's order.
    private(set) var processes: [SupervisordProcess] = []

    /// Reads the parts of an HTTP answer: its status, its headers and its body.
    ///
    /// - Throws: `CollectorError` where the status is not 200, or what follows is no HTTP.
    static func body(of answer: [UInt8]) throws(CollectorError) -> (status: Int, body: [UInt8]) {
        let mark: [UInt8] = [13, 10, 13, 10]
        var end = 0
        while end + 4 <= answer.count, Array(answer[end..<end + 4]) != mark { end += 1 }
        let line = answer.prefix { $0 != 13 && $0 != 10 }
        let words = line.split(separator: 0x20)
        guard end + 4 <= answer.count, words.count >= 2, words[0].starts(with: "HTTP/1.".utf8),
            let status = Int(String(decoding: words[1], as: UTF8.self))
        else { throw .malformed(path: "supervisord", what: String(decoding: line.prefix(64), as: UTF8.self)) }
        return (status, Array(answer[(end + 4)...]))
    }

    /// Reads the document.
    ///
    /// - Throws: `CollectorError` where it is no answer, or supervisord's own error.
    init(_ tokens: consuming XMLTokens) throws(CollectorError) {
        var isFault = false
        var isArray = false
        var depth = 0
        var member = ""
        var text = ""
        var process = SupervisordProcess()
        var fault = ""
        while let token = tokens.next() {
            switch token {
            case .text(let bytes): text = bytes.text
            case .start(let name):
                text = ""
                if name == "fault" { isFault = true }
                if name == "array", depth == 0 {
                    isArray = true
                } else if isArray, depth == 0, name != "data", name != "value", name != "struct" {
                    // No process at all, which has no name either.
                    processes.append(SupervisordProcess())
                }
                if name == "struct" {
                    depth += 1
                    if depth == 1 { process = SupervisordProcess() }
                }
            case .end(let name):
                if name == "name" {
                    member = text
                } else if name == "value", depth == 1 {
                    Self.take(text, as: member, into: &process)
                    if member == "faultString" { fault = text }
                    member = ""
                } else if name == "struct" {
                    depth -= 1
                    if depth == 0, !isFault { processes.append(process) }
                }
                // What stands behind an element is nobody's value, but a value without a type is its text.
                if name == "value" || name == "name" || name == "member" { text = "" }
            }
        }
        if isFault { throw .other("supervisord: \(fault)") }
        guard isArray else { throw .malformed(path: "supervisord", what: "an answer without an array") }
    }

    private static func take(_ text: String, as member: String, into process: inout SupervisordProcess) {
        switch member {
        case "name": process.name = text
        case "group": process.group = text
        case "state": process.state = Int64(text)
        case "exitstatus": process.exitStatus = Int64(text)
        case "start": process.startSeconds = Int64(text)
        default: break
        }
    }
}
