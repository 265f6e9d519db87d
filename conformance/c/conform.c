/* conform: shows what ipmon does in C; conformance/README.md tells what it is asked. */
#include "conform.h"

static int usage(void)
{
    fputs("usage: conform case MODE CAPTURE [OPTION=VALUE...]\n"
          "       conform behaviour NAME [ARGUMENT...]\n"
          "       conform layout\n"
          "       conform sum MODE CAPTURE\n"
          "MODE: push, pull, events\n",
          stderr);
    return USAGE;
}

int fail(ipmon_t *m)
{
    char text[512] = "no memory, or no handle left";
    ipmon_last_error(m, text, sizeof text, NULL);
    fprintf(stderr, "conform: %s\n", text);
    return FAILED;
}

int main(int argc, char **argv)
{
    const char *command = argc > 1 ? argv[1] : "";
    int of_abi = argc == 3 && !strcmp(command, "behaviour") && !strcmp(argv[2], "another_abi");
    int code;
    /* Before anything else is called: an older library may lack it. */
    int refused = ipmon_abi_version() < IPMON_ABI_VERSION;
    if (of_abi) {
        printf("{\"refused\":%s}\n", refused ? "true" : "false");
        return 0;
    }
    if (refused) {
        fprintf(stderr, "conform: the library has ABI version %u, and %d is needed\n",
                (unsigned)ipmon_abi_version(), IPMON_ABI_VERSION);
        return FAILED;
    }
    if (!strcmp(command, "case")) {
        code = run_case(argc - 2, argv + 2);
    } else if (!strcmp(command, "sum")) {
        code = run_sum(argc - 2, argv + 2);
    } else if (!strcmp(command, "behaviour")) {
        code = run_behaviour(argc - 2, argv + 2);
        if (code == NOT_MINE) code = run_live(argc - 2, argv + 2);
    } else if (!strcmp(command, "layout") && argc == 2) {
        put_layout();
        code = 0;
    } else {
        code = USAGE;
    }
    if (code == USAGE || code == NOT_MINE) return usage();
    if (fflush(stdout) != 0) {
        perror("conform: standard output");
        return FAILED;
    }
    return code;
}
