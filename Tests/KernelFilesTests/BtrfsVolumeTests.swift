// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import KernelFiles

@Suite struct BtrfsVolumeTests {
    /// Where a btrfs is mounted here; nil where none is.
    private static let mountPoint: String? = {
        let list = (try? String(contentsOfFile: "/proc/self/mounts", encoding: .utf8)) ?? ""
        let mounts = list.split(separator: "\n").map { $0.split(separator: " ") }
        return mounts.first { $0.count > 2 && $0[2] == "btrfs" && !$0[1].contains("\\") }.map { String($0[1]) }
    }()

    @Test("a folder of another file system, and one that is not there, are answered with the system's error")
    func others() {
        #expect(BtrfsVolume.at(RawPath("/proc")) == .failed(errno: ENOTTY))
        #expect(BtrfsVolume.at(RawPath("/nonexistent")) == .failed(errno: ENOENT))
        #expect(BtrfsVolume.at(RawPath("/dev/null")) == .failed(errno: ENOTDIR))
    }

    @Test(
        "a mounted btrfs says which devices it has",
        .enabled(if: mountPoint != nil, "no btrfs is mounted here"))
    func live() throws {
        let answer = BtrfsVolume.at(RawPath(try #require(Self.mountPoint)))
        guard case .volume(let volume) = answer else {
            Issue.record("\(answer)")
            return
        }
        #expect(volume.uuid.count == 32)
        #expect(!volume.devices.isEmpty)
        for device in volume.devices {
            #expect(device.totalBytes > 0)
            #expect(device.usedBytes <= device.totalBytes)
            #expect(device.uuid.count == 32)
        }
    }

    @Test("a UUID has five groups of digits")
    func uuid() {
        let bytes = SIMD16<UInt8>(
            0x4F, 0x1C, 0x8A, 0x52, 0x0B, 0x7E, 0x4F, 0x7E, 0x8D, 0x5C, 0x3A, 0x2B, 0x1C, 0x0D, 0x9E, 0x8F)
        #expect(BtrfsVolume.text(bytes) == "4f1c8a52-0b7e-4f7e-8d5c-3a2b1c0d9e8f")
    }
}
