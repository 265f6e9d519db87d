import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import koffi from 'koffi';
import * as ipmon from 'ipmon';
import * as layouts from '../src/layout.js';

const structs = {
    ipmon_packet: layouts.packet,
    ipmon_error: layouts.error,
    ipmon_notice: layouts.notice,
    ipmon_stats: layouts.stats,
    ipmon_adapter: layouts.adapter,
    ipmon_ip_address: layouts.ipAddress,
};
const header = readFileSync('include/ipmon.h', 'utf8');

test('structs lie as a C compiler lays them', (t) => {
    try {
        execFileSync('cc', ['--version'], { stdio: 'ignore' });
    } catch {
        return t.skip('no C compiler');
    }
    const folder = mkdtempSync(join(tmpdir(), 'ipmon-node-'));
    t.after(() => rmSync(folder, { recursive: true }));
    const of = (name, field) =>
        `printf("${name} ${field} %zu %zu\\n", offsetof(${name}, ${field}), sizeof ((${name} *)0)->${field});`;
    const program = `#include <ipmon.h>\n#include <stdio.h>\nint main(void) {\n${Object.entries(
        structs,
    )
        .map(
            ([name, { fields }]) =>
                `${Object.keys(fields)
                    .map((field) => of(name, field))
                    .join('\n')}\nprintf("${name} %zu\\n", sizeof(${name}));`,
        )
        .join('\n')}\nreturn 0; }`;
    execFileSync('cc', ['-Iinclude', '-x', 'c', '-', '-o', join(folder, 'layout')], {
        input: program,
    });
    const expected = Object.entries(structs).flatMap(([name, { size, fields }]) => [
        ...Object.entries(fields).map(([field, at]) => `${name} ${field} ${at.offset} ${at.size}`),
        `${name} ${size}`,
    ]);
    assert.deepEqual(
        execFileSync(join(folder, 'layout'), { encoding: 'utf8' }).trim().split('\n'),
        expected,
    );
});

test('no field of the header is missing, and koffi agrees', () => {
    const C = {
        u8: 'uint8_t',
        u16: 'uint16_t',
        i32: 'int32_t',
        u32: 'uint32_t',
        i64: 'int64_t',
        u64: 'uint64_t',
        pointer: 'void *',
    };
    for (const [name, { size, fields }] of Object.entries(structs)) {
        const [, body] = new RegExp(`typedef struct ${name} \\{([^]*?)\\n\\} ${name};`).exec(
            header,
        );
        const names = [...body.replace(/\/\*[^]*?\*\//g, '').matchAll(/(\w+)(?:\[\w+\])?;/g)].map(
            (match) => match[1],
        );
        assert.deepEqual(names, Object.keys(fields), name);
        const type = koffi.struct(
            Object.fromEntries(
                Object.entries(fields).map(([field, at]) => [
                    field,
                    C[at.type] ?? koffi.array('uint8_t', at.size),
                ]),
            ),
        );
        assert.equal(koffi.sizeof(type), size, name);
        for (const [field, at] of Object.entries(fields))
            assert.equal(koffi.offsetof(type, field), at.offset, field);
    }
});

test('numbers are those of the header', () => {
    for (const [name, object] of Object.entries({
        STATUS: ipmon.STATUS,
        NOTICE: ipmon.NOTICE,
        NOTE: ipmon.NOTE,
        DIRECTION: ipmon.DIRECTION,
        ADAPTER: ipmon.ADAPTER,
    })) {
        const defined = [
            ...header.matchAll(new RegExp(`#define IPMON_${name}_(\\w+) (.*)`, 'g')),
        ].map(([, key, value]) => [key, Number(new Function(`return ${value}`)())]);
        assert.deepEqual(object, Object.fromEntries(defined), name);
    }
});

test('the types tell everything that there is', () => {
    const types = readFileSync(new URL('../src/index.d.ts', import.meta.url), 'utf8');
    for (const name of Object.keys(ipmon))
        assert.match(types, new RegExp(`export (class|function|const) ${name}\\b`));
});
