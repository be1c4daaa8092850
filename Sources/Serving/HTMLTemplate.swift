// SPDX-License-Identifier: Apache-2.0

/// Fills the placeholders of an HTML page.
///
/// `{{name}}` stands for a text, which is escaped; what is between `{{#name}}` and `{{/name}}` is written once for each
/// entry of a list, with the entry's texts. A placeholder that has no text is left standing, where it is seen.
enum HTMLTemplate {
    /// Fills the placeholders; a text may hold anything, and is not searched for placeholders itself.
    ///
    /// - Parameters:
    ///   - html: the page with placeholders.
    ///   - texts: what stands for each `{{name}}`.
    ///   - lists: the entries of each `{{#name}}`, each with texts of its own.
    /// - Returns: the page.
    static func fill(
        _ html: Substring, _ texts: [String: String], lists: [String: [[String: String]]] = [:]
    ) -> String {
        var result = ""
        var rest = html
        while let (before, marked) = split(rest, at: "{{"), let (name, after) = split(marked, at: "}}") {
            result += before
            rest = after
            if name.hasPrefix("#"), let (part, behind) = split(after, at: "{{/\(name.dropFirst())}}") {
                for entry in lists[String(name.dropFirst())] ?? [] { result += fill(part, entry) }
                rest = behind
            } else {
                result += texts[String(name)].map(escape) ?? "{{\(name)}}"
            }
        }
        return result + rest
    }

    /// Escapes a text for element content and quoted attributes.
    static func escape(_ text: String) -> String {
        var result = ""
        result.reserveCapacity(text.utf8.count)
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// What stands before and behind the first of these marks, nil where there is none.
    private static func split(_ text: Substring, at mark: String) -> (before: Substring, after: Substring)? {
        let bytes = text.utf8
        guard let start = bytes.indices.first(where: { bytes[$0...].starts(with: mark.utf8) }) else { return nil }
        return (text[..<start], text[bytes.index(start, offsetBy: mark.utf8.count)...])
    }
}
