// SPDX-License-Identifier: Apache-2.0

/// How systemd reads the words and files that lead to a service's command line.
///
/// Source: systemd.service(5), systemd.exec(5), systemd.syntax(7).
enum SystemdQuoting {
    /// The words of a line: quotes part no words, backslashes stand for the byte that follows them.
    ///
    /// With `unescapesC`, as in unit files, `\n`, `\t`, `\s`, `\x41` and `\101` are what C makes of them; without it,
    /// as where `$ARGS` is split, every backslash just goes away.
    static func words(_ line: String, unescapesC: Bool) -> [String] {
        var words: [String] = []
        var word: String?
        var quote: Character?
        var rest = line[...]
        while let character = rest.popFirst() {
            if character == "\\", let next = rest.popFirst() {
                word = (word ?? "") + (unescapesC ? escape(next, &rest) : String(next))
            } else if let open = quote {
                if character == open { quote = nil } else { word = (word ?? "") + String(character) }
            } else if character == "\"" || character == "'" {
                quote = character
                word = word ?? ""
            } else if character == " " || character == "\t" || character.isNewline {
                if let done = word { words.append(done) }
                word = nil
            } else {
                word = (word ?? "") + String(character)
            }
        }
        if let word { words.append(word) }
        return words
    }

    /// The variables of an EnvironmentFile.
    static func environmentFile(_ text: String) -> [String: String] {
        var variables: [String: String] = [:]
        var rest = text[...]
        while !rest.isEmpty {
            rest = rest.drop { $0.isWhitespace }
            if rest.first == "#" || rest.first == ";" {
                rest = rest.drop { !$0.isNewline }
                continue
            }
            let name = rest.prefix { $0 != "=" && !$0.isNewline }
            rest = rest.dropFirst(name.count)
            guard rest.popFirst() == "=" else { continue }
            let key = name.hasPrefix("export ") ? name.dropFirst(7) : name
            variables[String(key.filter { !$0.isWhitespace })] = value(&rest)
        }
        return variables
    }

    /// A value up to the end of its line: a backslash keeps the byte behind it, but for those within single quotes,
    /// and within double quotes only one before `"`, `\`, `$`, a backquote or a line's end counts.
    private static func value(_ rest: inout Substring) -> String {
        var out = ""
        var blanks = ""
        var quote: Character?
        rest = rest.drop { $0 == " " || $0 == "\t" }
        while let character = rest.popFirst() {
            if quote == nil, character.isNewline { break }
            if quote == nil, character == " " || character == "\t" {
                blanks.append(character)
                continue
            }
            out += blanks
            blanks = ""
            if character == "\\", quote != "'" {
                guard let next = rest.popFirst() else { break }
                if next.isNewline { continue }
                if quote == "\"", !"\"\\$`".contains(next) { out += "\\" }
                out.append(next)
            } else if let open = quote {
                if character == open { quote = nil } else { out.append(character) }
            } else if character == "\"" || character == "'" {
                quote = character
            } else {
                out.append(character)
            }
        }
        return out
    }

    /// What a backslash and a letter stand for in a unit file.
    private static func escape(_ letter: Character, _ rest: inout Substring) -> String {
        let letters: [Character: String] = ["n": "\n", "t": "\t", "r": "\r", "s": " ", "a": "\u{7}", "b": "\u{8}"]
        if let text = letters[letter] { return text }
        if letter == "x", let code = UInt8(rest.prefix(2), radix: 16) {
            rest = rest.dropFirst(2)
            return String(UnicodeScalar(code))
        }
        if letter == "\\" || letter == "\"" || letter == "'" { return String(letter) }
        if letter.isASCII, letter.isNumber, let code = UInt8(String(letter) + rest.prefix(2), radix: 8) {
            rest = rest.dropFirst(2)
            return String(UnicodeScalar(code))
        }
        // systemd keeps what it does not know, with its backslash.
        return "\\" + String(letter)
    }
}
