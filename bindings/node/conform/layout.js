import * as layouts from '../src/layout.js';

export function print() {
    const structs = {
        ipmon_packet: layouts.packet,
        ipmon_error: layouts.error,
        ipmon_notice: layouts.notice,
        ipmon_stats: layouts.stats,
    };
    console.log(
        JSON.stringify(
            Object.fromEntries(
                Object.entries(structs).map(([name, { size, fields }]) => [
                    name,
                    {
                        size,
                        fields: Object.fromEntries(
                            Object.entries(fields).map(([field, { offset, size }]) => [
                                field,
                                [offset, size],
                            ]),
                        ),
                    },
                ]),
            ),
        ),
    );
}
