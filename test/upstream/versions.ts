// The versions that the upstream tests run: one of each that differs in flags or files.
export const versions = (process.env.UPSTREAM_VERSIONS ?? '4.0.7,5.4.3,6.5.12,7.1.6,8.5.3').split(
  ',',
);
