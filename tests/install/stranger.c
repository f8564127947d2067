/* The installed headers serve C too: they compile as C11 and the codes have their numbers. */
#include <globalstorage/codes.h>
#if __has_include(<globalstorage/c.h>)
#include <globalstorage/c.h>
#endif

int main(void) { return GS_OK == 0 && GS_NOT_FOUND == 1 && GS_CLOSED == 19 ? 0 : 1; }
