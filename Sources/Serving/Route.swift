// SPDX-License-Identifier: Apache-2.0

/// What the paths of this server lead to.
enum Route {
    case metrics
    case healthy
    case ready
    case landing

    /// The route of a path, nil where nothing is there.
    ///
    /// - Parameters:
    ///   - path: the path as it was written; `%` escapes count as what they stand for.
    ///   - telemetryPath: where the metrics are.
    init?(path: Substring, telemetryPath: String) {
        if path == telemetryPath {
            self = .metrics
            return
        }
        guard let decoded = PercentDecoding.decode(path, plusIsSpace: false) else { return nil }
        switch decoded {
        case telemetryPath: self = .metrics
        case "/-/healthy": self = .healthy
        case "/-/ready": self = .ready
        case "/": self = .landing
        default: return nil
        }
    }
}
