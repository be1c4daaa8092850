// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import KernelFiles

/// What is known of a block device apart from its counters: udev's properties and whether it rotates.
struct Disk {
    /// What udev found on a device.
    struct Filesystem {
        let type, usage, uuid, version: String
    }

    /// What udev knows of a device mapper device.
    struct Mapping {
        let name, uuid, volumeGroup, logicalVolume, layer: String
    }

    let name, major, minor: String
    let model, path, revision, serial, wwn: String
    let queue: BlockQueue
    let filesystem: Filesystem?
    let mapping: Mapping?
    let ataWriteCache, ataWriteCacheEnabled, ataRotationRate: Double?
    /// What of this could not be read.
    let loss: CollectorError?

    init(name: Bytes, major: UInt64, minor: UInt64, roots: Roots, reader: inout KernelFileReader) {
        self.name = name.text
        self.major = "\(major)"
        self.minor = "\(minor)"
        var loss: CollectorError?
        queue = BlockQueue(self.name, roots, reader)
        let udev = Disk.udevProperties(of: .block(major: major, minor: minor), roots, &reader, &loss)
        self.loss = loss

        model = udev["ID_MODEL"]
        path = udev["ID_PATH"]
        revision = udev["ID_REVISION"]
        wwn = udev["ID_WWN"]
        // The first is what is printed on the disk's label, the last is all that virtio disks have.
        serial =
            (["SCSI_IDENT_SERIAL", "ID_SERIAL_SHORT", "ID_SERIAL"] as [StaticString]).lazy.map { udev[$0] }.first {
                !$0.isEmpty
            } ?? ""
        let type = udev["ID_FS_TYPE"]
        filesystem =
            type.isEmpty
            ? nil
            : Filesystem(
                type: type, usage: udev["ID_FS_USAGE"], uuid: udev["ID_FS_UUID"], version: udev["ID_FS_VERSION"])
        let mapped = udev["DM_NAME"]
        mapping =
            mapped.isEmpty
            ? nil
            : Mapping(
                name: mapped, uuid: udev["DM_UUID"], volumeGroup: udev["DM_VG_NAME"],
                logicalVolume: udev["DM_LV_NAME"], layer: udev["DM_LV_LAYER"])
        let isATA = !udev["ID_ATA"].isEmpty
        ataWriteCache = isATA ? udev.number("ID_ATA_WRITE_CACHE") : nil
        ataWriteCacheEnabled = isATA ? udev.number("ID_ATA_WRITE_CACHE_ENABLED") : nil
        ataRotationRate = isATA ? udev.number("ID_ATA_ROTATION_RATE_RPM") : nil
    }

    /// What udev knows of the disk; what cannot be read is a loss.
    private static func udevProperties(
        of device: UdevDatabase.Device, _ roots: Roots, _ reader: inout KernelFileReader, _ loss: inout CollectorError?
    ) -> UdevProperties {
        do throws(KernelFileError) {
            let database = UdevDatabase(roots)
            let found = try database.properties(of: device, from: &reader)
            if found.isMalformed { loss = .malformed(path: database.path(of: device), what: "a line without a colon") }
            return found
        } catch {
            loss = .file(error)
            return UdevProperties(Bytes(""))
        }
    }

    /// Writes everything but the counters.
    ///
    /// `device` is the label set with the device's name.
    func write(
        device: Labels, from reader: inout KernelFileReader, into writer: inout MetricWriter<DiskstatsMetric>
    ) {
        let rotational = queue.rotationalText(from: &reader, into: &writer)
        let info = writer.labels(device) {
            $0.add("major", major)
            $0.add("minor", minor)
            $0.add("model", model)
            $0.add("path", path)
            $0.add("revision", revision)
            $0.add("rotational", rotational)
            $0.add("serial", serial)
            $0.add("wwn", wwn)
        }
        writer.write(DiskstatsMetric.info, info, 1)
        if let filesystem {
            let labels = writer.labels(device) {
                $0.add("type", filesystem.type)
                $0.add("usage", filesystem.usage)
                $0.add("uuid", filesystem.uuid)
                $0.add("version", filesystem.version)
            }
            writer.write(DiskstatsMetric.filesystemInfo, labels, 1)
        }
        if let mapping {
            let labels = writer.labels(device) {
                $0.add("lv_layer", mapping.layer)
                $0.add("lv_name", mapping.logicalVolume)
                $0.add("name", mapping.name)
                $0.add("uuid", mapping.uuid)
                $0.add("vg_name", mapping.volumeGroup)
            }
            writer.write(DiskstatsMetric.deviceMapperInfo, labels, 1)
        }
        if let ataWriteCache { writer.write(DiskstatsMetric.ataWriteCache, device, ataWriteCache) }
        if let ataWriteCacheEnabled { writer.write(DiskstatsMetric.ataWriteCacheEnabled, device, ataWriteCacheEnabled) }
        if let ataRotationRate { writer.write(DiskstatsMetric.ataRotationRate, device, ataRotationRate) }
        if let loss { writer.lose(loss) }
    }
}
