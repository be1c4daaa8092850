// SPDX-License-Identifier: Apache-2.0

/// A process that uses a device.
public struct GPUProcess: Hashable, Sendable {
    /// How it uses the device.
    public enum Kind: Hashable, Sendable {
        /// A compute context.
        case compute
        /// A graphics context.
        case graphics
        /// A compute context under MPS.
        case mps
    }

    /// Its number in the initial pid namespace, which is not ours in a container.
    public var pid: UInt32
    /// How it uses the device; a process that does so in two ways is listed twice.
    public var kind: Kind
    /// Device memory it has taken; nil where the driver does not tell.
    public var usedMemoryBytes: UInt64?
    /// The MIG GPU instance; nil without MIG.
    public var gpuInstance: UInt32?
    /// The MIG compute instance; nil without MIG.
    public var computeInstance: UInt32?
}
