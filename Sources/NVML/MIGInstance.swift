// SPDX-License-Identifier: Apache-2.0

/// A MIG instance: a part of a device that is used like a device of its own.
///
/// It has no utilization, clocks, temperature or power of its own; profiling metrics come from ``NVMLGPMSampler``.
public struct MIGInstance: Hashable, Sendable {
    /// Its number on the device; numbers have holes.
    public var index: UInt32
    /// The GPU instance it lies in.
    public var gpuInstance: UInt32?
    /// The compute instance it is.
    public var computeInstance: UInt32?
    /// The library's own name, `MIG-` and a UUID.
    public var uuid: String?
    /// The product name with the profile (`NVIDIA H200 MIG 1g.18gb`).
    public var name: String?
    /// How many multiprocessors it has.
    public var multiprocessors: UInt32?
    /// Slices of the GPU instance it lies in.
    public var gpuInstanceSlices: UInt32?
    /// Slices of the compute instance it is.
    public var computeInstanceSlices: UInt32?
    /// Its memory, shared with the other compute instances of its GPU instance.
    public var memory: GPUMemory?
}
