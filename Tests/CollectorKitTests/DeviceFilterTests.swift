// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import KernelFiles
import Testing

@Suite struct DeviceFilterTests {
    private let includeFlag = Flag.pattern("c.include", help: "Include.")
    private let excludeFlag = Flag.pattern("c.exclude", default: "^lo$", help: "Exclude.")

    private func filter(_ given: [String: [String]]) throws -> DeviceFilter {
        try DeviceFilter(Options(given: given), include: includeFlag, exclude: excludeFlag)
    }

    @Test("the exclude's default holds where nothing is given")
    func standard() throws {
        let filter = try filter([:])
        #expect(filter.ignores(Bytes("lo")) && !filter.ignores(Bytes("eth0")) && !filter.isEmpty)
    }

    @Test("an exclude that is given takes the default's place, and an empty one excludes nothing")
    func exclude() throws {
        let given = try filter(["c.exclude": ["^eth"]])
        #expect(given.ignores(Bytes("eth0")) && !given.ignores(Bytes("lo")))
        let empty = try filter(["c.exclude": [""]])
        #expect(!empty.ignores(Bytes("lo")) && empty.isEmpty)
    }

    @Test("an include that is given puts the exclude's default out of force")
    func include() throws {
        let filter = try filter(["c.include": ["^lo"]])
        #expect(!filter.ignores(Bytes("lo")) && filter.ignores(Bytes("eth0")))
    }

    @Test("an include and an exclude together are refused in one line that names both")
    func both() throws {
        do {
            _ = try filter(["c.include": ["a"], "c.exclude": ["b"]])
            Issue.record("accepted")
        } catch let error as ConfigurationError {
            #expect(error.flag == "--c.include" && !error.isUnknownFlag)
            #expect(error.description == "--c.include: cannot be used together with --c.exclude; give one of the two")
        }
        // An empty one of the two is as good as none.
        #expect(try !filter(["c.include": ["a"], "c.exclude": [""]]).ignores(Bytes("a")))
        #expect(try filter(["c.include": [""], "c.exclude": ["a"]]).ignores(Bytes("a")))
    }

    @Test("a collector may have only one of the two")
    func one() throws {
        let options = Options()
        #expect(try DeviceFilter(options, include: includeFlag, exclude: nil).isEmpty)
        #expect(try DeviceFilter(options, include: nil, exclude: excludeFlag).ignores(Bytes("lo")))
    }
}
