// SPDX-License-Identifier: Apache-2.0

import Exposition

/// How the families of several text files share a page: made when a file's families change.
struct TextfilePlan {
    /// A family of a file that is left out, with the reason.
    struct Conflict {
        let reason: String
        /// True where node_exporter reports it as an error of the files.
        let isError: Bool
    }

    /// The families of all files with the HELP text that the page shows.
    private(set) var families: [MetricFamily] = []
    /// For each file the names of families that are left out.
    private(set) var excluded: [Set<String>] = []
    private(set) var conflicts: [Conflict] = []

    private struct Known {
        var help: String?
        let type: MetricType
        var files: [String]
    }

    /// Compares the families of the files in their order: the first file that has a name says what it is.
    init(_ files: [(path: String, families: [TextFile.Family])]) {
        var known: [String: Known] = [:]
        var order: [String] = []
        for file in files {
            var names: Set<String> = []
            for family in file.families {
                if let conflict = TextfilePlan.conflict(of: family, in: file.path, known) {
                    conflicts.append(conflict)
                    names.insert(family.name)
                } else if known[family.name] == nil {
                    known[family.name] = Known(help: family.help, type: family.type, files: [file.path])
                    order.append(family.name)
                } else {
                    known[family.name]?.files.append(file.path)
                    if known[family.name]?.help == nil { known[family.name]?.help = family.help }
                }
            }
            excluded.append(names)
        }
        families = order.compactMap { name in
            known[name].map { known in
                let help = known.help ?? "Metric read from " + known.files.joined(separator: ", ")
                return MetricFamily(known.type, anyLabels: name, help: help)
            }
        }
    }

    private static func conflict(of family: TextFile.Family, in path: String, _ known: [String: Known]) -> Conflict? {
        let name = family.name
        if let first = known[name] {
            if first.type != family.type {
                return Conflict(
                    reason: "\(path): \(name) is \(family.type.text), but \(first.type.text) in \(first.files[0])",
                    isError: false)
            }
            if let help = family.help, let other = first.help, help != other {
                return Conflict(reason: "\(path): \(name) has another HELP than in \(first.files[0])", isError: true)
            }
            return nil
        }
        // The parts of a histogram or summary are named as other families could be.
        for suffix in ["_bucket", "_count", "_sum"] {
            let isStem = name.hasSuffix(suffix) && hasPart(known[String(name.dropLast(suffix.count))]?.type, suffix)
            let hasStem = hasPart(family.type, suffix) && known[name + suffix] != nil
            if isStem || hasStem {
                return Conflict(reason: "\(path): \(name) and a histogram or summary share a name", isError: false)
            }
        }
        return nil
    }

    private static func hasPart(_ type: MetricType?, _ suffix: String) -> Bool {
        type == .histogram || (type == .summary && suffix != "_bucket")
    }
}
