// SPDX-License-Identifier: Apache-2.0

public import CollectorKit

/// The content of `--config.file`: flat YAML whose keys are the flags' names without dashes.
///
/// Switches take `true` or `false` (`collector.cpu: false` is `--no-collector.cpu`), repeatable flags a list, all
/// others one scalar. Nothing else is accepted: no unknown or repeated key, no nesting, anchor, alias, tag or second
/// document.
public struct ConfigurationFile: Sendable {
    /// Larger files are refused.
    public static let sizeLimitBytes = 1 << 20
    /// What is wrong beyond this many problems is not told.
    static let problemLimit = 20

    /// What the file sets, by the options' current names.
    public internal(set) var settings: [String: Setting] = [:]
    /// Why it cannot be used; empty where it can.
    public internal(set) var problems: [ConfigurationProblem] = []
    /// What works and should be looked at.
    public internal(set) var warnings: [ConfigurationProblem] = []

    /// A file that sets nothing.
    public init() {}

    /// Reads a file's bytes.
    ///
    /// - Parameters:
    ///   - bytes: any bytes.
    ///   - path: the file's name for messages.
    ///   - table: the options that may stand in a file.
    public init(_ bytes: [UInt8], path: String, table: FlagTable) {
        guard bytes.count <= Self.sizeLimitBytes else {
            problems = [
                ConfigurationProblem(
                    .file(path, line: 1), "the file has \(bytes.count) bytes; at most \(Self.sizeLimitBytes) are read")
            ]
            return
        }
        var walker = ConfigurationWalker(path: path, table: table)
        do throws(YAMLSyntaxError) {
            try YAMLReader.walk(bytes) { walker.take($0) }
        } catch {
            walker.fail(at: error.line, nil, "this is not YAML: \(error.reason)")
        }
        self = walker.file
    }
}
