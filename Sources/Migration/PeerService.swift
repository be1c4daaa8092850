// SPDX-License-Identifier: Apache-2.0

/// How node_exporter is started on this host.
package struct PeerService {
    /// Units as packages and tutorials name them, the administrator's first.
    package static let standardUnits = [
        "/etc/systemd/system", "/run/systemd/system", "/usr/lib/systemd/system", "/lib/systemd/system",
    ]
    .flatMap {
        ["\($0)/prometheus-node-exporter.service", "\($0)/node_exporter.service", "\($0)/node-exporter.service"]
    }
    /// The defaults file of the packages of Debian and its kin.
    package static let standardDefaults = "/etc/default/prometheus-node-exporter"

    /// The files it was read from.
    package private(set) var sources: [String] = []
    /// The arguments as the program gets them.
    package private(set) var arguments: [String] = []

    /// Reads a unit, and where there is none the variable ARGS of a defaults file; nil where neither is there.
    ///
    /// - Parameters:
    ///   - units: the first one that is there counts.
    ///   - defaults: the file that the unit's EnvironmentFile= stands for, where that has the same file name.
    ///   - root: the folder below which all of these files lie; empty for this host's own.
    package init?(units: [String], defaults: String, root: String = "") {
        if let path = units.first(where: { SmallFile.text(root + $0) != nil }),
            let text = SmallFile.text(root + path)
        {
            sources = [path]
            var whole = text
            for dropIn in Self.dropIns(of: path, root: root) {
                guard let more = SmallFile.text(root + dropIn) else { continue }
                sources.append(dropIn)
                whole += "\n" + more
            }
            readUnit(whole, defaults: defaults, root: root)
        } else if let text = SmallFile.text(root + defaults) {
            sources = [defaults]
            let value = SystemdQuoting.environmentFile(text)["ARGS"] ?? ""
            arguments = SystemdQuoting.words(value, unescapesC: false)
        } else {
            return nil
        }
    }

    /// The files that change a unit, in the order in which systemd reads them: by name, wherever they are.
    private static func dropIns(of unit: String, root: String) -> [String] {
        let name = unit.split(separator: "/").last ?? ""
        var byName: [String: String] = [:]
        for folder in ["\(unit).d", "/run/systemd/system/\(name).d", "/etc/systemd/system/\(name).d"] {
            for file in SmallFile.names(in: root + folder) where file.hasSuffix(".conf") {
                byName[file] = "\(folder)/\(file)"
            }
        }
        return byName.sorted { $0.key < $1.key }.map(\.value)
    }

    private mutating func readUnit(_ text: String, defaults: String, root: String) {
        var variables: [String: String] = [:]
        var command: [String] = []
        for (key, value) in Self.settings(of: "Service", in: text) {
            switch key {
            case "Environment":
                for word in SystemdQuoting.words(value, unescapesC: true) {
                    let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                    if parts.count == 2 { variables[String(parts[0])] = String(parts[1]) }
                }
            case "EnvironmentFile":
                var path = value.hasPrefix("-") ? String(value.dropFirst()) : value
                if path.split(separator: "/").last == defaults.split(separator: "/").last { path = defaults }
                guard let content = SmallFile.text(root + path) else { continue }
                sources.append(path)
                variables.merge(SystemdQuoting.environmentFile(content)) { $1 }
            case "ExecStart": command = SystemdQuoting.words(value, unescapesC: true)
            default: break
            }
        }
        for word in command.dropFirst() { arguments += Self.expanded(word, variables) }
    }

    /// `$NAME` as a word is split into words, `${NAME}` within one is not, `$$` is a dollar, `%%` a percent sign.
    private static func expanded(_ word: String, _ variables: [String: String]) -> [String] {
        if word.hasPrefix("$"), !word.hasPrefix("$$"), !word.hasPrefix("${"), word.count > 1 {
            return SystemdQuoting.words(variables[String(word.dropFirst())] ?? "", unescapesC: false)
        }
        var out = ""
        var rest = word[...]
        while let character = rest.popFirst() {
            if character == "$", rest.first == "$" {
                rest = rest.dropFirst()
                out += "$"
            } else if character == "%", rest.first == "%" {
                rest = rest.dropFirst()
                out += "%"
            } else if character == "$", rest.first == "{", let end = rest.firstIndex(of: "}") {
                out += variables[String(rest[..<end].dropFirst())] ?? ""
                rest = rest[rest.index(after: end)...]
            } else {
                out.append(character)
            }
        }
        return [out]
    }

    /// The assignments of a section, lines that end in a backslash put together; an empty ExecStart= begins anew.
    private static func settings(of section: String, in text: String) -> [(key: String, value: String)] {
        var found: [(String, String)] = []
        var isInside = false
        var pending = ""
        for line in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
            let trimmed = line.drop { $0.isWhitespace }
            if trimmed.hasPrefix("#") || trimmed.hasPrefix(";") { continue }
            if line.hasSuffix("\\") {
                pending += line.dropLast() + " "
                continue
            }
            let whole = pending + line
            pending = ""
            if whole.hasPrefix("[") {
                isInside = whole.hasPrefix("[\(section)]")
                continue
            }
            let parts = whole.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard isInside, parts.count == 2 else { continue }
            found.append((String(parts[0].filter { !$0.isWhitespace }), String(parts[1].drop { $0.isWhitespace })))
        }
        return found
    }
}
