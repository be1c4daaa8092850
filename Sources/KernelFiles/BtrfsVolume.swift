// SPDX-License-Identifier: Apache-2.0

import CKernel
import Glibc

/// What btrfs says of a mounted file system: its devices, their space and their errors.
///
/// Source: ioctl(2) with BTRFS_IOC_FS_INFO, BTRFS_IOC_DEV_INFO and BTRFS_IOC_GET_DEV_STATS, kernel
/// include/uapi/linux/btrfs.h. None of them needs a privilege but that to open the mount point.
public struct BtrfsVolume: Sendable, Equatable {
    /// A device of the file system.
    public struct Device: Sendable, Equatable {
        /// The last part of its path, `sda1`.
        public let name: String
        /// Its UUID as blkid shows it: hexadecimal digits in five groups.
        public let uuid: String
        /// Size of the device that the file system uses.
        public let totalBytes: UInt64
        /// Part of it that is given to block groups.
        public let usedBytes: UInt64
        /// Errors since the statistics were reset.
        public let writeErrors, readErrors, flushErrors, corruptionErrors, generationErrors: UInt64

        /// Known numbers.
        public init(
            name: String, uuid: String, totalBytes: UInt64, usedBytes: UInt64, writeErrors: UInt64, readErrors: UInt64,
            flushErrors: UInt64, corruptionErrors: UInt64, generationErrors: UInt64
        ) {
            self.name = name
            self.uuid = uuid
            self.totalBytes = totalBytes
            self.usedBytes = usedBytes
            self.writeErrors = writeErrors
            self.readErrors = readErrors
            self.flushErrors = flushErrors
            self.corruptionErrors = corruptionErrors
            self.generationErrors = generationErrors
        }
    }

    /// What came of asking.
    public enum Answer: Sendable, Equatable {
        /// The file system's devices.
        case volume(BtrfsVolume)
        /// The system's error number.
        case failed(errno: Int32)
    }

    /// The file system's UUID as blkid shows it: hexadecimal digits in five groups.
    public let uuid: String
    /// Its devices by their ids.
    public let devices: [Device]

    /// Known devices.
    public init(uuid: String, devices: [Device]) {
        self.uuid = uuid
        self.devices = devices
    }

    /// Asks the file system mounted at a path.
    ///
    /// Hangs as long as anything on the way to it does.
    public static func at(_ path: RawPath) -> Answer {
        // The calls read and fill what they are given and keep no pointer.
        let descriptor = unsafe path.withPointer { unsafe open($0, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NONBLOCK) }
        guard descriptor >= 0 else { return .failed(errno: errno) }
        defer { _ = close(descriptor) }
        var filesystem = ckernel_btrfs_filesystem()
        let failure = unsafe ckernel_btrfs_filesystem(descriptor, &filesystem)
        guard failure == 0 else { return .failed(errno: failure) }
        var devices: [Device] = []
        // Ids are not reused, so that there may be gaps. A file system has at most a few hundred devices.
        var id: UInt64 = 0
        while id <= filesystem.greatest_id, UInt64(devices.count) < filesystem.device_count {
            var device = ckernel_btrfs_device()
            let failure = unsafe ckernel_btrfs_device(descriptor, id, &device)
            id += 1
            if failure == ENODEV { continue }
            guard failure == 0 else { return .failed(errno: failure) }
            devices.append(Device(device))
        }
        return .volume(BtrfsVolume(uuid: text(filesystem.uuid), devices: devices))
    }

    /// A UUID, which is a tuple of C's, as hexadecimal digits in five groups: 8-4-4-4-12.
    static func text<Bytes: BitwiseCopyable>(_ uuid: Bytes) -> String {
        // The copy does not outlive the call.
        let bytes = unsafe withUnsafeBytes(of: uuid) { unsafe [UInt8]($0) }
        var text = ""
        for (place, byte) in bytes.enumerated() {
            if [4, 6, 8, 10].contains(place) { text += "-" }
            text += (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }
        return text
    }
}

extension BtrfsVolume.Device {
    fileprivate init(_ device: ckernel_btrfs_device) {
        let name = unsafe withUnsafeBytes(of: device.name) { bytes in
            // Ends with a NUL, which is no part of the name.
            unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
        self.init(
            name: name, uuid: BtrfsVolume.text(device.uuid), totalBytes: device.total_bytes,
            usedBytes: device.used_bytes, writeErrors: device.write_errors, readErrors: device.read_errors,
            flushErrors: device.flush_errors, corruptionErrors: device.corruption_errors,
            generationErrors: device.generation_errors)
    }
}
