// SPDX-License-Identifier: Apache-2.0

public import PCIBus

/// What kind of compute device something is: the values of the label `kind`.
public enum ComputeKind: String, Sendable, CaseIterable {
    /// A CPU package (socket).
    case cpu
    /// A graphics processor that computes.
    case gpu
    /// A Google tensor processing unit.
    case tpu
    /// A neural processing unit.
    case npu
    /// Any other accelerator.
    case accelerator

    /// The kind of a PCI function; nil for what is no compute device.
    public init?(_ kind: DeviceKind) {
        switch kind {
        case .gpu: self = .gpu
        case .tpu: self = .tpu
        case .npu: self = .npu
        case .accelerator: self = .accelerator
        case .none: return nil
        }
    }

    /// All words, for messages.
    static let words = allCases.map(\.rawValue).joined(separator: ", ")

    /// Its place in `allCases`.
    var index: Int {
        switch self {
        case .cpu: 0
        case .gpu: 1
        case .tpu: 2
        case .npu: 3
        case .accelerator: 4
        }
    }
}
