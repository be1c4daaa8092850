// SPDX-License-Identifier: Apache-2.0

import CYAML

/// Walks a YAML text by libyaml's event API, which keeps nothing but its own stack.
enum YAMLReader {
    /// Hands one event after the other to `handle` until that says false, the text ends or stops being YAML.
    static func walk(_ bytes: [UInt8], _ handle: (YAMLEvent) -> Bool) throws(YAMLSyntaxError) {
        var failure: YAMLSyntaxError?
        // The parser is large and keeps pointers into itself: it stays where it is.
        let parser = UnsafeMutablePointer<yaml_parser_t>.allocate(capacity: 1)
        defer { unsafe parser.deallocate() }
        guard unsafe yaml_parser_initialize(parser) == 1 else {
            throw YAMLSyntaxError(line: 1, reason: "out of memory")
        }
        defer { unsafe yaml_parser_delete(parser) }
        unsafe bytes.withUnsafeBufferPointer { input in
            // libyaml asserts that there is an address, also for no bytes at all.
            guard let start = input.baseAddress, !input.isEmpty else { return }
            unsafe yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
            unsafe yaml_parser_set_input_string(parser, start, input.count)
            while true {
                var raw = unsafe yaml_event_t()
                guard unsafe yaml_parser_parse(parser, &raw) == 1 else {
                    failure = unsafe error(of: parser)
                    return
                }
                defer { unsafe yaml_event_delete(&raw) }
                if unsafe raw.type == YAML_STREAM_END_EVENT || raw.type == YAML_NO_EVENT { return }
                if let event = unsafe event(raw), !handle(event) { return }
            }
        }
        if let failure { throw failure }
    }

    private static func error(of parser: UnsafeMutablePointer<yaml_parser_t>) -> YAMLSyntaxError {
        let problem = unsafe parser.pointee.problem
        let reason = unsafe problem.map { unsafe String(cString: $0) } ?? "it cannot be read"
        // A reader error (bytes that are not UTF-8) has no mark of its own; where the scanner stands is close.
        let isReader = unsafe parser.pointee.error == YAML_READER_ERROR
        let line = unsafe isReader ? parser.pointee.mark.line : parser.pointee.problem_mark.line
        return YAMLSyntaxError(line: Int(clamping: line) &+ 1, reason: reason)
    }

    /// The event in our terms; nil for the start of the stream.
    private static func event(_ raw: yaml_event_t) -> YAMLEvent? {
        let line = unsafe Int(clamping: raw.start_mark.line) &+ 1
        switch unsafe raw.type {
        case YAML_DOCUMENT_START_EVENT: return YAMLEvent(kind: .documentStart, line: line)
        case YAML_DOCUMENT_END_EVENT: return YAMLEvent(kind: .documentEnd, line: line)
        case YAML_MAPPING_END_EVENT: return YAMLEvent(kind: .mappingEnd, line: line)
        case YAML_SEQUENCE_END_EVENT: return YAMLEvent(kind: .sequenceEnd, line: line)
        case YAML_ALIAS_EVENT:
            return unsafe YAMLEvent(kind: .alias(text(raw.data.alias.anchor) ?? ""), line: line)
        case YAML_MAPPING_START_EVENT:
            let start = unsafe raw.data.mapping_start
            return unsafe YAMLEvent(kind: .mappingStart, line: line, anchor: text(start.anchor), tag: text(start.tag))
        case YAML_SEQUENCE_START_EVENT:
            let start = unsafe raw.data.sequence_start
            return unsafe YAMLEvent(kind: .sequenceStart, line: line, anchor: text(start.anchor), tag: text(start.tag))
        case YAML_SCALAR_EVENT:
            let scalar = unsafe raw.data.scalar
            let value = unsafe String(
                decoding: UnsafeBufferPointer(start: scalar.value, count: scalar.length), as: UTF8.self)
            let style: YAMLEvent.Style =
                switch unsafe scalar.style {
                case YAML_LITERAL_SCALAR_STYLE, YAML_FOLDED_SCALAR_STYLE: .block
                case YAML_PLAIN_SCALAR_STYLE, YAML_ANY_SCALAR_STYLE: .plain
                default: .quoted
                }
            return unsafe YAMLEvent(
                kind: .scalar(value, style), line: line, anchor: text(scalar.anchor), tag: text(scalar.tag))
        default: return nil
        }
    }

    private static func text(_ pointer: UnsafeMutablePointer<yaml_char_t>?) -> String? {
        guard let pointer = unsafe pointer else { return nil }
        return unsafe String(cString: pointer)
    }
}
