// SPDX-License-Identifier: Apache-2.0

/// All compute devices of the host at one moment.
public struct DeviceSnapshot: Sendable, Equatable {
    /// CPU packages first, then by PCI address, then by name; those that are missing stand where they stood.
    public internal(set) var devices: [Device] = []
    /// When it was made, in seconds since 1970: present devices were last seen then.
    public internal(set) var seconds: UInt64 = 0
    /// Where sysfs was expected.
    public internal(set) var sysfs = ""
    /// Why there is no PCI bus; nil where there is one.
    public internal(set) var busAbsence: String?
    /// What could not be read or written, one sentence each.
    public internal(set) var problems: [String] = []
    /// Those of them that are about the classes of accelerators.
    public internal(set) var acceleratorProblems: [String] = []
    /// How many devices of a kind there should be, by `ComputeKind.index`; nil where nothing is declared or learned.
    var expected: [Int?] = Array(repeating: nil, count: ComputeKind.allCases.count)
    /// The kinds of `--device.preferred`.
    var preferred: [ComputeKind] = []

    /// How many devices of a kind there should be: declared, else the most that were ever there; nil for neither.
    public func expected(_ kind: ComputeKind) -> Int? { expected[kind.index] }

    /// Whether the host has or had a device of a kind.
    public func has(_ kind: ComputeKind) -> Bool { devices.contains { $0.kind == kind } }

    /// Whether a device of a kind can be used.
    public func isUsable(_ kind: ComputeKind) -> Bool {
        devices.contains { $0.kind == kind && $0.state.isAvailable }
    }

    /// How many devices of a kind are in a state.
    ///
    /// Expected devices of which nothing was ever seen are missing too.
    public func count(_ kind: ComputeKind, in state: DeviceState) -> Int {
        var count = 0
        var known = 0
        for device in devices where device.kind == kind {
            known += 1
            if device.state == state { count += 1 }
        }
        return state == .missing ? count + max(0, (expected(kind) ?? 0) - known) : count
    }

    /// Whether devices of a kind can be used, where anybody would ask: the host has or had one, one is expected, or
    /// `--device.preferred` names the kind.
    ///
    /// nil: no row.
    public func availability(of kind: ComputeKind) -> Bool? {
        if isUsable(kind) { return true }
        return has(kind) || (expected(kind) ?? 0) > 0 || preferred.contains(kind) ? false : nil
    }

    /// The kind that work should run on: the first of `--device.preferred`, else the first of tpu, gpu and cpu that
    /// the host has or expects; nil where it has none.
    public var preferredKind: ComputeKind? {
        if let first = preferred.first { return first }
        return ([.tpu, .gpu, .cpu] as [ComputeKind]).first { has($0) || (expected($0) ?? 0) > 0 }
    }

    /// When a device was last seen, in seconds since 1970.
    public func lastSeenSeconds(_ device: Device) -> UInt64 { device.lastSeenSeconds ?? seconds }
}
