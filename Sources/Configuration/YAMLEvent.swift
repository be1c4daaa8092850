// SPDX-License-Identifier: Apache-2.0

/// One step of a YAML document, as libyaml's event API gives it.
struct YAMLEvent {
    enum Kind: Equatable {
        case documentStart, documentEnd, mappingStart, mappingEnd, sequenceStart, sequenceEnd
        case alias(String)
        case scalar(String, Style)
    }

    /// How a scalar is written.
    enum Style {
        case plain, quoted, block
    }

    let kind: Kind
    /// From 1.
    let line: Int
    var anchor: String?
    var tag: String?
}

/// Why a file is no YAML.
struct YAMLSyntaxError: Error {
    /// From 1.
    let line: Int
    /// libyaml's words.
    let reason: String
}
