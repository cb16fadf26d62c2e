// The one libtorch that is fetched, and the ones that an installed Python torch may bring. The CUDA pins are what the
// metadata of torch 2.15.0 and of its cuda-toolkit 13.2.2 name, plus nvidia-cuda-crt, whose headers cuda_runtime.h needs.

export const TORCH_VERSION = '2.15.0'
/** Wheels are chosen for this Python whichever one runs pip: only the C++ half is used. */
export const WHEEL_PYTHON = '3.11'
export const OLDEST_TORCH = [2, 11]
export const NEWEST_TORCH = [2, 15]
/** First NVIDIA driver that runs CUDA 13. */
export const OLDEST_CUDA_DRIVER = 580

const CUDA_RUNTIME = ['nvidia-cuda-cupti==13.2.86', 'nvidia-cuda-runtime==13.2.86']
const CUDA_FULL = [
  ...CUDA_RUNTIME,
  'nvidia-cublas==13.4.1.3',
  'nvidia-cuda-cccl==13.3.5.0.6',
  'nvidia-cuda-crt==13.2.86',
  'nvidia-cuda-nvrtc==13.2.86',
  'nvidia-cudnn-cu13==9.26.0.51',
  'nvidia-cufft==12.2.0.57',
  'nvidia-cufile==1.17.1.22',
  'nvidia-cusolver==12.2.0.11',
  'nvidia-cusparse==12.7.10.12',
  'nvidia-cusparselt-cu13==0.8.1',
  'nvidia-nccl-cu13==2.30.7',
  'nvidia-nvjitlink==13.5.37',
  'nvidia-nvshmem-cu13==3.7.2',
  'nvidia-nvtx==13.2.86',
]

/**
 * What pip is asked for, and how big it is.
 * @param {{ platform: string, arch: string, cuda: boolean }} machine Node's names
 * @returns {{ requirements: string[], downloadMB: number, installedMB: number, measured: boolean } | null} megabytes of
 *   10^6 bytes, as measured on Linux x86-64 and rough elsewhere; null where no wheel is published
 */
export function wheelsFor({ platform, arch, cuda }) {
  const torch = `torch==${TORCH_VERSION}`
  if (platform === 'linux' && (arch === 'x64' || arch === 'arm64')) {
    // libtorch_cpu.so of the CUDA wheel needs libcupti and libcudart even where only the CPU is used
    return cuda
      ? { requirements: [torch, ...CUDA_FULL], downloadMB: 2500, installedMB: 4400, measured: arch === 'x64' }
      : { requirements: [torch, ...CUDA_RUNTIME], downloadMB: 555, installedMB: 1240, measured: arch === 'x64' }
  }
  if (platform === 'darwin' && arch === 'arm64') {
    return { requirements: [torch], downloadMB: 120, installedMB: 450, measured: false }
  }
  return null
}
