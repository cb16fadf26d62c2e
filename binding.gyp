{
  # For `node-gyp rebuild`: CMakeLists.txt is the truth, driven by scripts/build-native.mjs.
  'targets': [
    {
      'target_name': 'serl',
      'type': 'none',
      'actions': [
        {
          'action_name': 'build_native',
          'inputs': [],
          # never made: the script itself knows when there is nothing to do
          'outputs': ['<(module_root_dir)/build/always'],
          'action': ['node', 'scripts/build-native.mjs'],
        },
      ],
    },
  ],
}
