// SPDX-License-Identifier: Apache-2.0

import CollectorKit

/// Takes the events of a configuration file one by one.
struct ConfigurationWalker {
    private enum Place {
        /// Before or after the one mapping.
        case outside
        /// Where a key stands.
        case keys
        /// Behind a key; nil for one that was refused.
        case value(of: String, OptionDescriptor?)
        /// In a list.
        case list(of: String, OptionDescriptor?, line: Int, items: [String])
    }

    private(set) var file = ConfigurationFile()
    private let path: String
    private let table: FlagTable
    private var place = Place.outside
    private var documents = 0
    private var seen: [String: Int] = [:]

    init(path: String, table: FlagTable) {
        self.path = path
        self.table = table
    }

    /// Notes a problem; false, to be returned, where it is the last that is told.
    @discardableResult
    mutating func fail(at line: Int, _ key: String?, _ message: String) -> Bool {
        file.problems.append(ConfigurationProblem(.file(path, line: line), key: key.map(FlagTable.cut), message))
        return file.problems.count < ConfigurationFile.problemLimit
    }

    /// Takes an event; false where there is no sense in going on.
    mutating func take(_ event: YAMLEvent) -> Bool {
        let key: String? =
            switch place {
            case .value(let name, _), .list(let name, _, _, _): name
            case .outside, .keys: nil
            }
        // After these the rest of the file means nothing reliable.
        if case .alias(let name) = event.kind {
            fail(at: event.line, key, "found the alias *\(FlagTable.cut(name)); aliases are not accepted")
            return false
        }
        if let anchor = event.anchor {
            fail(at: event.line, key, "found the anchor &\(FlagTable.cut(anchor)); anchors are not accepted")
            return false
        }
        if let tag = event.tag {
            fail(at: event.line, key, "found the tag \(FlagTable.cut(tag)); tags are not accepted")
            return false
        }
        switch place {
        case .outside: return takeOutside(event)
        case .keys: return takeKey(event)
        case .value(let name, let option): return takeValue(event, name, option)
        case .list(let name, let option, let line, let items):
            return takeItem(event, name, option, line: line, items)
        }
    }

    private mutating func takeOutside(_ event: YAMLEvent) -> Bool {
        switch event.kind {
        case .documentStart:
            documents += 1
            guard documents == 1 else {
                fail(at: event.line, nil, "found a second document; one is accepted")
                return false
            }
        case .mappingStart: place = .keys
        case .scalar("", .plain), .documentEnd: break
        case .scalar(let text, _):
            fail(at: event.line, nil, "found \(quoted(text)); lines of the form \"name: value\" are accepted")
            return false
        default:
            fail(at: event.line, nil, "found a list; lines of the form \"name: value\" are accepted")
            return false
        }
        return true
    }

    private mutating func takeKey(_ event: YAMLEvent) -> Bool {
        switch event.kind {
        case .mappingEnd:
            place = .outside
            return true
        case .scalar(let name, _):
            return takeKey(name, at: event.line)
        default:
            fail(at: event.line, nil, "found a list or a mapping as key; flags' names without dashes are accepted")
            return false
        }
    }

    private mutating func takeKey(_ name: String, at line: Int) -> Bool {
        guard let option = table.option(name) else {
            place = .value(of: name, nil)
            return fail(at: line, name, "there is no such setting; \(hint(for: name))")
        }
        place = .value(of: name, option)
        if let first = seen[option.name] {
            place = .value(of: name, nil)
            return fail(at: line, name, "is set a second time, first in line \(first); once is accepted")
        }
        seen[option.name] = line
        let origin = Origin.file(path, line: line)
        if option.isInert {
            file.warnings.append(
                ConfigurationProblem(origin, key: name, "is accepted for compatibility and does nothing"))
        } else if name != option.name {
            file.warnings.append(ConfigurationProblem(origin, key: name, "is an older name of \(option.name)"))
        }
        return true
    }

    private func hint(for name: String) -> String {
        var bare = name[...]
        while bare.hasPrefix("-") { bare = bare.dropFirst() }
        if bare.count < name.count, table.option(String(bare)) != nil { return "keys have no dashes: \(bare)" }
        if bare.hasPrefix("no-"), let option = table.option(String(bare.dropFirst(3))), case .flag = option.kind {
            return "write \"\(option.name): false\""
        }
        return table.suggestion(for: String(bare)).map { "did you mean \($0)?" }
            ?? "the flags' names without dashes are accepted, see --help"
    }

    private mutating func takeValue(_ event: YAMLEvent, _ name: String, _ option: OptionDescriptor?) -> Bool {
        switch event.kind {
        case .scalar(let text, let style):
            place = .keys
            guard let option else { return true }
            if case .texts = option.kind {
                return fail(
                    at: event.line, name,
                    "found \(described(text, style)); it takes a list: \(option.name): [\"\(FlagTable.cut(text))\"]")
            }
            guard let problem = problem(of: text, style, for: option) else {
                file.settings[option.name] = Setting([text], from: .file(path, line: event.line))
                return true
            }
            return fail(at: event.line, name, problem)
        case .sequenceStart:
            if let option, !option.isRepeatable {
                fail(at: event.line, name, "found a list; it takes \(option.kind.accepts)")
                return false
            }
            place = .list(of: name, option, line: event.line, items: [])
            return true
        default:
            let accepted = option.map { "it takes \($0.isRepeatable ? "a list" : $0.kind.accepts)" }
            fail(at: event.line, name, "found a mapping; \(accepted ?? "settings are not nested")")
            return false
        }
    }

    private mutating func takeItem(
        _ event: YAMLEvent, _ name: String, _ option: OptionDescriptor?, line: Int, _ items: [String]
    ) -> Bool {
        switch event.kind {
        case .sequenceEnd:
            place = .keys
            if let option { file.settings[option.name] = Setting(items, from: .file(path, line: line)) }
            return true
        case .scalar(let text, let style):
            if let option, let problem = problem(of: text, style, for: option) {
                return fail(at: event.line, name, problem)
            }
            place = .list(of: name, option, line: line, items: items + [text])
            return true
        default:
            fail(at: event.line, name, "found a list or a mapping within a list; a list of scalars is accepted")
            return false
        }
    }

    /// What is wrong with a scalar for an option; nil where nothing is.
    private func problem(of text: String, _ style: YAMLEvent.Style, for option: OptionDescriptor) -> String? {
        let nulls = ["", "~", "null", "Null", "NULL"]
        let isNull = style == .plain && nulls.contains(text)
        let isLine = text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }
        guard !isNull, isLine, style != .block else {
            return "found \(described(text, style)); it takes \(option.kind.accepts)\(isNull ? "" : " on one line")"
        }
        do throws(ConfigurationError) {
            try option.check(text, as: option.name)
            return nil
        } catch {
            return error.message
        }
    }

    private func described(_ text: String, _ style: YAMLEvent.Style) -> String {
        if style == .block { return "a block of lines" }
        return text.isEmpty && style == .plain ? "nothing" : quoted(text)
    }

    private func quoted(_ text: String) -> String { FlagTable.cut(text).debugDescription }
}
