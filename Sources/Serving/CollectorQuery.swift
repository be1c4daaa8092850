// SPDX-License-Identifier: Apache-2.0

import Pages

/// The part of a request's query that chooses collectors.
struct CollectorQuery {
    /// Why a query cannot be answered.
    enum Problem: Error {
        case both
        case malformed

        /// What the client is told.
        var text: String {
            switch self {
            case .both: "collect[] and exclude[] cannot be used together"
            case .malformed: "a % in collect[] or exclude[] must be followed by two hexadecimal digits"
            }
        }
    }

    private var collect: [String] = []
    private var exclude: [String] = []

    /// Reads `collect[]` and `exclude[]`, which may be repeated; other keys are ignored.
    ///
    /// - Parameter query: what stands behind the question mark.
    /// - Returns: the names sorted and each once, `.all` where neither key is there.
    /// - Throws: `Problem.both` where both keys are used, `Problem.malformed` where a `%` is not followed by two
    ///   hexadecimal digits in a name or its key.
    static func choice(of query: Substring) throws(Problem) -> CollectorChoice {
        var result = CollectorQuery()
        for pair in query.split(separator: "&") {
            let equals = pair.utf8.firstIndex(of: UInt8(ascii: "=")) ?? pair.endIndex
            guard let key = PercentDecoding.decode(pair[..<equals], plusIsSpace: true) else { continue }
            guard key == "collect[]" || key == "exclude[]" else { continue }
            let text = equals == pair.endIndex ? "" : pair[pair.utf8.index(after: equals)...]
            guard let value = PercentDecoding.decode(text, plusIsSpace: true) else { throw .malformed }
            if key == "collect[]" {
                result.collect.append(value)
            } else {
                result.exclude.append(value)
            }
        }
        return try result.choice()
    }

    private func choice() throws(Problem) -> CollectorChoice {
        guard collect.isEmpty || exclude.isEmpty else { throw .both }
        if !collect.isEmpty { return .only(Set(collect).sorted()) }
        if !exclude.isEmpty { return .except(Set(exclude).sorted()) }
        return .all
    }
}
