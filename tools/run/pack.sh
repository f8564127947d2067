# The npm package, ready to be published. Sourced by ./run; POSIX sh.

# Two tarballs: the package, and the addon of this platform.
run_pack() {
  no_arguments "$@"
  begin
  install_for pack
  build_product
  step 'pack the npm package' node tools/pack/pack.js build/bin/globalstorage.node build/pack
  ls -l build/pack/*.tgz
}
