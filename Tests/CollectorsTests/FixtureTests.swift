// SPDX-License-Identifier: Apache-2.0

import KernelFiles
import Testing

/// Walks the cases of `Fixtures`.
@Suite struct FixtureTests {
    @Test("a collector gives the recorded page and state over a fixture", arguments: FixtureCase.all)
    func recorded(fixture: FixtureCase) throws {
        try fixture.skipIfImpossible()
        let (page, state) = try fixture.run()
        let shown = fixture.isLive ? FixturePage.shape(of: page, isDistinct: fixture.isDistinct) : page
        if Recording.isOn {
            try Recording.write(shown, to: fixture.folder.appendingPathComponent(fixture.expectedFile))
            try Recording.write(state + "\n", to: fixture.folder.appendingPathComponent("expected.state"))
            return
        }
        #expect(shown == fixture.text(fixture.expectedFile))
        #expect(state + "\n" == fixture.text("expected.state"))
    }

    @Test(
        "a page is the same when the kernel gives its files in pieces of a page, or byte by byte",
        arguments: FixtureCase.all.filter { !$0.isLive })
    func inPieces(fixture: FixtureCase) throws {
        try fixture.skipIfImpossible()
        let whole = try fixture.run()
        for longest in [4_096, 1] {
            let pieces = try fixture.run(ReadConditions(longestRead: longest))
            #expect(pieces.page == whole.page, "pieces of \(longest)")
            #expect(pieces.state == whole.state, "pieces of \(longest)")
        }
    }

    @Test("there are fixtures to walk")
    func notEmpty() {
        #expect(FixtureCase.all.count >= 3)
    }
}
