// SPDX-License-Identifier: Apache-2.0

public import CollectorKit
import Glibc

/// Which devices the host should have, and where is kept which it had.
public struct DeviceOptions: Sendable, Equatable {
    /// How many devices of each kind there should be.
    public static let expectedFlag = Flag.texts(
        "device.expected",
        help: "How many devices of a kind the host should have, as KIND:COUNT, for example gpu:8; repeatable. "
            + "Kinds: \(ComputeKind.words). Without it the most that were seen are expected (--path.state).")
    /// Kinds of devices that work should run on, best first.
    public static let preferredFlag = Flag.text(
        "device.preferred",
        help: "Kinds of devices that work should run on, best first, for example tpu,gpu. "
            + "host_preferred_device_available tells of the first.")
    /// The folder that keeps which devices were seen.
    public static let statePath = Flag.text(
        "path.state",
        help: "Folder in which is kept which devices were seen, so that a lost one is missed after a restart too. "
            + "Default $STATE_DIRECTORY; without either nothing is kept.")
    /// For commands that only show: the folder is never written.
    public static let stateReadOnly = Flag.toggle(
        "device.state-read-only", help: "Never write the folder of --path.state.",
        isHidden: true)

    /// The flags, to be declared by one collector.
    public static let flags: [any FlagDeclaration] = [
        expectedFlag,
        preferredFlag,
        statePath,
        stateReadOnly,
    ]

    /// How many devices are declared, by kind; a kind that is not named is not in it.
    public var expected: [ComputeKind: Int] = [:]
    /// The kinds of `--device.preferred`, in order.
    public var preferred: [ComputeKind] = []
    /// The state folder, nil for none.
    public var stateFolder: String?
    /// True where the state folder may only be read.
    public var isReadOnly = false

    /// Nothing declared, nothing kept.
    public init() {}

    /// What the flags say.
    public init(_ options: Options) throws(ConfigurationError) {
        for text in options[Self.expectedFlag] {
            let parts = text.split(separator: ":", omittingEmptySubsequences: false)
            guard parts.count == 2, let kind = ComputeKind(rawValue: String(parts[0])), let count = Int(parts[1]),
                (0...4_096).contains(count)
            else {
                throw ConfigurationError(
                    flag: "device.expected",
                    "\"\(text.prefix(64))\" is not accepted; it takes KIND:COUNT with a kind of "
                        + "\(ComputeKind.words) and a count up to 4096, for example gpu:8")
            }
            expected[kind] = count
        }
        let preferredText = options[Self.preferredFlag]
        for word in preferredText.split(separator: ",", omittingEmptySubsequences: false) where !preferredText.isEmpty {
            guard let kind = ComputeKind(rawValue: String(word)) else {
                throw ConfigurationError(
                    flag: "device.preferred",
                    "\"\(preferredText.prefix(64))\" is not accepted; it takes kinds separated by commas: "
                        + ComputeKind.words)
            }
            preferred.append(kind)
        }
        stateFolder = DeviceOptions.stateFolder(options)
        isReadOnly = options[Self.stateReadOnly]
    }

    /// The folder of `--path.state`, else the first of systemd's; nil for neither.
    public static func stateFolder(_ options: Options) -> String? {
        let given = options[Self.statePath]
        if !given.isEmpty { return given }
        guard let value = unsafe getenv("STATE_DIRECTORY") else { return nil }
        return unsafe String(cString: value).split(separator: ":").first.map(String.init)
    }
}
