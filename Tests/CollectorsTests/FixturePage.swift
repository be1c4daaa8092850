// SPDX-License-Identifier: Apache-2.0

/// A page as goldens have it.
enum FixturePage {
    /// The page with a star for each value that changes by itself.
    static func masked(_ page: String, _ names: Set<String>) -> String {
        guard !names.isEmpty else { return page }
        return page.split(separator: "\n").map { line in
            guard names.contains(String(line.prefix { $0 != "{" && $0 != " " })), let end = line.lastIndex(of: " ")
            else {
                return line + "\n"
            }
            return line[...end] + "*\n"
        }.joined()
    }

    /// The page with its families by name and their samples in order, because directories list in any order.
    static func sorted(_ page: String) -> String {
        var families: [(name: String, header: String, samples: [Substring])] = []
        for line in page.split(separator: "\n") {
            if line.hasPrefix("# HELP ") {
                families.append((String(line.dropFirst(7).prefix { $0 != " " }), line + "\n", []))
            } else if line.hasPrefix("#"), !families.isEmpty {
                families[families.count - 1].header += line + "\n"
            } else if !families.isEmpty {
                families[families.count - 1].samples.append(line)
            }
        }
        return families.sorted { $0.name < $1.name }.map { family in
            family.header + family.samples.sorted().map { $0 + "\n" }.joined()
        }.joined()
    }

    /// `name{label,label}` of every sample, or once for all that are alike.
    static func shape(of page: String, isDistinct: Bool = false) -> String {
        let lines = page.split(separator: "\n").filter { !$0.hasPrefix("#") }.map { line -> String in
            var out = ""
            var isQuoted = false
            var isEscaped = false
            for character in line {
                if isQuoted {
                    if isEscaped {
                        isEscaped = false
                    } else if character == "\\" {
                        isEscaped = true
                    } else if character == "\"" {
                        isQuoted = false
                    }
                } else if character == "\"" {
                    isQuoted = true
                } else if character == " " {
                    break
                } else if character != "=" {
                    out.append(character)
                }
            }
            return out
        }
        if isDistinct { return Set(lines).sorted().map { $0 + "\n" }.joined() }
        return lines.joined(separator: "\n") + (lines.isEmpty ? "" : "\n")
    }
}
