pub const V4L2_CID_BRIGHTNESS: u32 = 9963776;
pub const V4L2_CID_CONTRAST: u32 = 9963777;
pub const V4L2_CID_SATURATION: u32 = 9963778;
pub const V4L2_CID_HUE: u32 = 9963779;
pub const V4L2_CID_GAMMA: u32 = 9963792;
pub const V4L2_CID_EXPOSURE: u32 = 9963793;
pub const V4L2_CID_GAIN: u32 = 9963795;
pub const V4L2_CID_WHITE_BALANCE_TEMPERATURE: u32 = 9963802;
pub const V4L2_CID_SHARPNESS: u32 = 9963803;
pub const V4L2_CID_BACKLIGHT_COMPENSATION: u32 = 9963804;
pub const V4L2_CID_PAN_RELATIVE: u32 = 10094852;
pub const V4L2_CID_TILT_RELATIVE: u32 = 10094853;
pub const V4L2_CID_FOCUS_RELATIVE: u32 = 10094859;
pub const V4L2_CID_ZOOM_RELATIVE: u32 = 10094862;
pub const V4L2_CID_IRIS_RELATIVE: u32 = 10094866;
pub const V4L2_CTRL_FLAG_NEXT_CTRL: u32 = 2147483648;
pub const V4L2_CTRL_FLAG_NEXT_COMPOUND: u32 = 1073741824;
pub type __time_t = ::core::ffi::c_long;
pub type __suseconds_t = ::core::ffi::c_long;
pub type time_t = __time_t;
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct timeval {
    pub tv_sec: __time_t,
    pub tv_usec: __suseconds_t,
}
#[allow(clippy::unnecessary_operation, clippy::identity_op)]
const _: () = {
    ["Size of timeval"][::core::mem::size_of::<timeval>() - 16usize];
    ["Alignment of timeval"][::core::mem::align_of::<timeval>() - 8usize];
    ["Offset of field: timeval::tv_sec"][::core::mem::offset_of!(timeval, tv_sec) - 0usize];
    ["Offset of field: timeval::tv_usec"][::core::mem::offset_of!(timeval, tv_usec) - 8usize];
};
pub type __s8 = ::core::ffi::c_schar;
pub type __u8 = ::core::ffi::c_uchar;
pub type __s16 = ::core::ffi::c_short;
pub type __u16 = ::core::ffi::c_ushort;
pub type __s32 = ::core::ffi::c_int;
pub type __u32 = ::core::ffi::c_uint;
pub type __s64 = ::core::ffi::c_longlong;
pub type __u64 = ::core::ffi::c_ulonglong;
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct v4l2_edid {
    pub pad: __u32,
    pub start_block: __u32,
    pub blocks: __u32,
    pub reserved: [__u32; 5usize],
    pub edid: *mut __u8,
}
#[allow(clippy::unnecessary_operation, clippy::identity_op)]
const _: () = {
    ["Size of v4l2_edid"][::core::mem::size_of::<v4l2_edid>() - 40usize];
    ["Alignment of v4l2_edid"][::core::mem::align_of::<v4l2_edid>() - 8usize];
    ["Offset of field: v4l2_edid::pad"][::core::mem::offset_of!(v4l2_edid, pad) - 0usize];
    ["Offset of field: v4l2_edid::start_block"]
        [::core::mem::offset_of!(v4l2_edid, start_block) - 4usize];
    ["Offset of field: v4l2_edid::blocks"][::core::mem::offset_of!(v4l2_edid, blocks) - 8usize];
    ["Offset of field: v4l2_edid::reserved"]
        [::core::mem::offset_of!(v4l2_edid, reserved) - 12usize];
    ["Offset of field: v4l2_edid::edid"][::core::mem::offset_of!(v4l2_edid, edid) - 32usize];
};
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct v4l2_ctrl_h264_sps {
    pub profile_idc: __u8,
    pub constraint_set_flags: __u8,
    pub level_idc: __u8,
    pub seq_parameter_set_id: __u8,
    pub chroma_format_idc: __u8,
    pub bit_depth_luma_minus8: __u8,
    pub bit_depth_chroma_minus8: __u8,
    pub log2_max_frame_num_minus4: __u8,
    pub pic_order_cnt_type: __u8,
    pub log2_max_pic_order_cnt_lsb_minus4: __u8,
    pub max_num_ref_frames: __u8,
    pub num_ref_frames_in_pic_order_cnt_cycle: __u8,
    pub offset_for_ref_frame: [__s32; 255usize],
    pub offset_for_non_ref_pic: __s32,
    pub offset_for_top_to_bottom_field: __s32,
    pub pic_width_in_mbs_minus1: __u16,
    pub pic_height_in_map_units_minus1: __u16,
    pub flags: __u32,
}
#[allow(clippy::unnecessary_operation, clippy::identity_op)]
const _: () = {
    ["Size of v4l2_ctrl_h264_sps"][::core::mem::size_of::<v4l2_ctrl_h264_sps>() - 1048usize];
    ["Alignment of v4l2_ctrl_h264_sps"][::core::mem::align_of::<v4l2_ctrl_h264_sps>() - 4usize];
    ["Offset of field: v4l2_ctrl_h264_sps::profile_idc"]
        [::core::mem::offset_of!(v4l2_ctrl_h264_sps, profile_idc) - 0usize];
    ["Offset of field: v4l2_ctrl_h264_sps::constraint_set_flags"]
        [::core::mem::offset_of!(v4l2_ctrl_h264_sps, constraint_set_flags) - 1usize];
    ["Offset of field: v4l2_ctrl_h264_sps::level_idc"]
        [::core::mem::offset_of!(v4l2_ctrl_h264_sps, level_idc) - 2usize];
    ["Offset of field: v4l2_ctrl_h264_sps::seq_parameter_set_id"]
        [::core::mem::offset_of!(v4l2_ctrl_h264_sps, seq_parameter_set_id) - 3usize];
    ["Offset of field: v4l2_ctrl_h264_sps::chroma_format_idc"]
        [::core::mem::offset_of!(v4l2_ctrl_h264_sps, chroma_format_idc) - 4usize];
    ["Offset of field: v4l2_ctrl_h264_sps::bit_depth_luma_minus8"]
        [::core::mem::offset_of!(v4l2_ctrl_h264_sps, bit_depth_luma_minus8) - 5usize];
    ["Offset of field: v4l2_ctrl_h264_sps::bit_depth_chroma_minus8"]
        [::core::mem::offset_of!(v4l2_ctrl_h264_sps, bit_depth_chroma_minus8) - 6usize];
    ["Offset of field: v4l2_ctrl_h264_sps::log2_max_frame_num_minus4"]
        [::core::mem::offset_of!(v4l2_ctrl_h264_sps, log2_max_frame_num_minus4) - 7usize];
    ["Offset of field: v4l2_ctrl_h264_sps::pic_order_cnt_type"]
        [::core::mem::offset_of!(v4l2_ctrl_h264_sps, pic_order_cnt_type) - 8usize];
    ["Offset of field: v4l2_ctrl_h264_sps::log2_max_pic_order_cnt_lsb_minus4"]
        [::core::mem::offset_of!(v4l2_ctrl_h264_sps, log2_max_pic_order_cnt_lsb_minus4) - 9usize];
    ["Offset of field: v4l2_ctrl_h264_sps::max_num_ref_frames"]
        [::core::mem::offset_of!(v4l2_ctrl_h264_sps, max_num_ref_frames) - 10usize];
    ["Offset of field: v4l2_ctrl_h264_sps::num_ref_frames_in_pic_order_cnt_cycle"][::core::mem::offset_of!(
        v4l2_ctrl_h264_sps,
        num_ref_frames_in_pic_order_cnt_cycle
    ) - 11usize];
    ["Offset of field: v4l2_ctrl_h264_sps::offset_for_ref_frame"]
        [::core::mem::offset_of!(v4l2_ctrl_h264_sps, offset_for_ref_frame) - 12usize];
    ["Offset of field: v4l2_ctrl_h264_sps::offset_for_non_ref_pic"]
        [::core::mem::offset_of!(v4l2_ctrl_h264_sps, offset_for_non_ref_pic) - 1032usize];
    ["Offset of field: v4l2_ctrl_h264_sps::offset_for_top_to_bottom_field"]
        [::core::mem::offset_of!(v4l2_ctrl_h264_sps, offset_for_top_to_bottom_field) - 1036usize];
    ["Offset of field: v4l2_ctrl_h264_sps::pic_width_in_mbs_minus1"]
        [::core::mem::offset_of!(v4l2_ctrl_h264_sps, pic_width_in_mbs_minus1) - 1040usize];
    ["Offset of field: v4l2_ctrl_h264_sps::pic_height_in_map_units_minus1"]
        [::core::mem::offset_of!(v4l2_ctrl_h264_sps, pic_height_in_map_units_minus1) - 1042usize];
    ["Offset of field: v4l2_ctrl_h264_sps::flags"]
        [::core::mem::offset_of!(v4l2_ctrl_h264_sps, flags) - 1044usize];
};
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct v4l2_ctrl_h264_pps {
    pub pic_parameter_set_id: __u8,
    pub seq_parameter_set_id: __u8,
    pub num_slice_groups_minus1: __u8,
    pub num_ref_idx_l0_default_active_minus1: __u8,
    pub num_ref_idx_l1_default_active_minus1: __u8,
    pub weighted_bipred_idc: __u8,
    pub pic_init_qp_minus26: __s8,
    pub pic_init_qs_minus26: __s8,
    pub chroma_qp_index_offset: __s8,
    pub second_chroma_qp_index_offset: __s8,
    pub flags: __u16,
}
#[allow(clippy::unnecessary_operation, clippy::identity_op)]
const _: () = {
    ["Size of v4l2_ctrl_h264_pps"][::core::mem::size_of::<v4l2_ctrl_h264_pps>() - 12usize];
    ["Alignment of v4l2_ctrl_h264_pps"][::core::mem::align_of::<v4l2_ctrl_h264_pps>() - 2usize];
    ["Offset of field: v4l2_ctrl_h264_pps::pic_parameter_set_id"]
        [::core::mem::offset_of!(v4l2_ctrl_h264_pps, pic_parameter_set_id) - 0usize];
    ["Offset of field: v4l2_ctrl_h264_pps::seq_parameter_set_id"]
        [::core::mem::offset_of!(v4l2_ctrl_h264_pps, seq_parameter_set_id) - 1usize];
    ["Offset of field: v4l2_ctrl_h264_pps::num_slice_groups_minus1"]
        [::core::mem::offset_of!(v4l2_ctrl_h264_pps, num_slice_groups_minus1) - 2usize];
    ["Offset of field: v4l2_ctrl_h264_pps::num_ref_idx_l0_default_active_minus1"][::core::mem::offset_of!(
        v4l2_ctrl_h264_pps,
        num_ref_idx_l0_default_active_minus1
    ) - 3usize];
    ["Offset of field: v4l2_ctrl_h264_pps::num_ref_idx_l1_default_active_minus1"][::core::mem::offset_of!(
        v4l2_ctrl_h264_pps,
        num_ref_idx_l1_default_active_minus1
    ) - 4usize];
    ["Offset of field: v4l2_ctrl_h264_pps::weighted_bipred_idc"]
        [::core::mem::offset_of!(v4l2_ctrl_h264_pps, weighted_bipred_idc) - 5usize];
    ["Offset of field: v4l2_ctrl_h264_pps::pic_init_qp_minus26"]
        [::core::mem::offset_of!(v4l2_ctrl_h264_pps, pic_init_qp_minus26) - 6usize];
    ["Offset of field: v4l2_ctrl_h264_pps::pic_init_qs_minus26"]
        [::core::mem::offset_of!(v4l2_ctrl_h264_pps, pic_init_qs_minus26) - 7usize];
    ["Offset of field: v4l2_ctrl_h264_pps::chroma_qp_index_offset"]
        [::core::mem::offset_of!(v4l2_ctrl_h264_pps, chroma_qp_index_offset) - 8usize];
    ["Offset of field: v4l2_ctrl_h264_pps::second_chroma_qp_index_offset"]
        [::core::mem::offset_of!(v4l2_ctrl_h264_pps, second_chroma_qp_index_offset) - 9usize];
    ["Offset of field: v4l2_ctrl_h264_pps::flags"]
        [::core::mem::offset_of!(v4l2_ctrl_h264_pps, flags) - 10usize];
};
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct v4l2_ctrl_h264_scaling_matrix {
    pub scaling_list_4x4: [[__u8; 16usize]; 6usize],
    pub scaling_list_8x8: [[__u8; 64usize]; 6usize],
}
#[allow(clippy::unnecessary_operation, clippy::identity_op)]
const _: () = {
    ["Size of v4l2_ctrl_h264_scaling_matrix"]
        [::core::mem::size_of::<v4l2_ctrl_h264_scaling_matrix>() - 480usize];
    ["Alignment of v4l2_ctrl_h264_scaling_matrix"]
        [::core::mem::align_of::<v4l2_ctrl_h264_scaling_matrix>() - 1usize];
    ["Offset of field: v4l2_ctrl_h264_scaling_matrix::scaling_list_4x4"]
        [::core::mem::offset_of!(v4l2_ctrl_h264_scaling_matrix, scaling_list_4x4) - 0usize];
    ["Offset of field: v4l2_ctrl_h264_scaling_matrix::scaling_list_8x8"]
        [::core::mem::offset_of!(v4l2_ctrl_h264_scaling_matrix, scaling_list_8x8) - 96usize];
};
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct v4l2_h264_weight_factors {
    pub luma_weight: [__s16; 32usize],
    pub luma_offset: [__s16; 32usize],
    pub chroma_weight: [[__s16; 2usize]; 32usize],
    pub chroma_offset: [[__s16; 2usize]; 32usize],
}
#[allow(clippy::unnecessary_operation, clippy::identity_op)]
const _: () = {
    ["Size of v4l2_h264_weight_factors"]
        [::core::mem::size_of::<v4l2_h264_weight_factors>() - 384usize];
    ["Alignment of v4l2_h264_weight_factors"]
        [::core::mem::align_of::<v4l2_h264_weight_factors>() - 2usize];
    ["Offset of field: v4l2_h264_weight_factors::luma_weight"]
        [::core::mem::offset_of!(v4l2_h264_weight_factors, luma_weight) - 0usize];
    ["Offset of field: v4l2_h264_weight_factors::luma_offset"]
        [::core::mem::offset_of!(v4l2_h264_weight_factors, luma_offset) - 64usize];
    ["Offset of field: v4l2_h264_weight_factors::chroma_weight"]
        [::core::mem::offset_of!(v4l2_h264_weight_factors, chroma_weight) - 128usize];
    ["Offset of field: v4l2_h264_weight_factors::chroma_offset"]
        [::core::mem::offset_of!(v4l2_h264_weight_factors, chroma_offset) - 256usize];
};
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct v4l2_ctrl_h264_pred_weights {
    pub luma_log2_weight_denom: __u16,
    pub chroma_log2_weight_denom: __u16,
    pub weight_factors: [v4l2_h264_weight_factors; 2usize],
}
#[allow(clippy::unnecessary_operation, clippy::identity_op)]
const _: () = {
    ["Size of v4l2_ctrl_h264_pred_weights"]
        [::core::mem::size_of::<v4l2_ctrl_h264_pred_weights>() - 772usize];
    ["Alignment of v4l2_ctrl_h264_pred_weights"]
        [::core::mem::align_of::<v4l2_ctrl_h264_pred_weights>() - 2usize];
    ["Offset of field: v4l2_ctrl_h264_pred_weights::luma_log2_weight_denom"]
        [::core::mem::offset_of!(v4l2_ctrl_h264_pred_weights, luma_log2_weight_denom) - 0usize];
    ["Offset of field: v4l2_ctrl_h264_pred_weights::chroma_log2_weight_denom"]
        [::core::mem::offset_of!(v4l2_ctrl_h264_pred_weights, chroma_log2_weight_denom) - 2usize];
    ["Offset of field: v4l2_ctrl_h264_pred_weights::weight_factors"]
        [::core::mem::offset_of!(v4l2_ctrl_h264_pred_weights, weight_factors) - 4usize];
};
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct v4l2_h264_reference {
    pub fields: __u8,
    pub index: __u8,
}
#[allow(clippy::unnecessary_operation, clippy::identity_op)]
const _: () = {
    ["Size of v4l2_h264_reference"][::core::mem::size_of::<v4l2_h264_reference>() - 2usize];
    ["Alignment of v4l2_h264_reference"][::core::mem::align_of::<v4l2_h264_reference>() - 1usize];
    ["Offset of field: v4l2_h264_reference::fields"]
        [::core::mem::offset_of!(v4l2_h264_reference, fields) - 0usize];
    ["Offset of field: v4l2_h264_reference::index"]
        [::core::mem::offset_of!(v4l2_h264_reference, index) - 1usize];
};
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct v4l2_ctrl_h264_slice_params {
    pub header_bit_size: __u32,
    pub first_mb_in_slice: __u32,
    pub slice_type: __u8,
    pub colour_plane_id: __u8,
    pub redundant_pic_cnt: __u8,
    pub cabac_init_idc: __u8,
    pub slice_qp_delta: __s8,
    pub slice_qs_delta: __s8,
    pub disable_deblocking_filter_idc: __u8,
    pub slice_alpha_c0_offset_div2: __s8,
    pub slice_beta_offset_div2: __s8,
    pub num_ref_idx_l0_active_minus1: __u8,
    pub num_ref_idx_l1_active_minus1: __u8,
    pub reserved: __u8,
    pub ref_pic_list0: [v4l2_h264_reference; 32usize],
    pub ref_pic_list1: [v4l2_h264_reference; 32usize],
    pub flags: __u32,
}
#[allow(clippy::unnecessary_operation, clippy::identity_op)]
const _: () = {
    ["Size of v4l2_ctrl_h264_slice_params"]
        [::core::mem::size_of::<v4l2_ctrl_h264_slice_params>() - 152usize];
    ["Alignment of v4l2_ctrl_h264_slice_params"]
        [::core::mem::align_of::<v4l2_ctrl_h264_slice_params>() - 4usize];
    ["Offset of field: v4l2_ctrl_h264_slice_params::header_bit_size"]
        [::core::mem::offset_of!(v4l2_ctrl_h264_slice_params, header_bit_size) - 0usize];
    ["Offset of field: v4l2_ctrl_h264_slice_params::first_mb_in_slice"]
        [::core::mem::offset_of!(v4l2_ctrl_h264_slice_params, first_mb_in_slice) - 4usize];
    ["Offset of field: v4l2_ctrl_h264_slice_params::slice_type"]
        [::core::mem::offset_of!(v4l2_ctrl_h264_slice_params, slice_type) - 8usize];
    ["Offset of field: v4l2_ctrl_h264_slice_params::colour_plane_id"]
        [::core::mem::offset_of!(v4l2_ctrl_h264_slice_params, colour_plane_id) - 9usize];
    ["Offset of field: v4l2_ctrl_h264_slice_params::redundant_pic_cnt"]
        [::core::mem::offset_of!(v4l2_ctrl_h264_slice_params, redundant_pic_cnt) - 10usize];
    ["Offset of field: v4l2_ctrl_h264_slice_params::cabac_init_idc"]
        [::core::mem::offset_of!(v4l2_ctrl_h264_slice_params, cabac_init_idc) - 11usize];
    ["Offset of field: v4l2_ctrl_h264_slice_params::slice_qp_delta"]
        [::core::mem::offset_of!(v4l2_ctrl_h264_slice_params, slice_qp_delta) - 12usize];
    ["Offset of field: v4l2_ctrl_h264_slice_params::slice_qs_delta"]
        [::core::mem::offset_of!(v4l2_ctrl_h264_slice_params, slice_qs_delta) - 13usize];
    ["Offset of field: v4l2_ctrl_h264_slice_params::disable_deblocking_filter_idc"][::core::mem::offset_of!(
        v4l2_ctrl_h264_slice_params,
        disable_deblocking_filter_idc
    ) - 14usize];
    ["Offset of field: v4l2_ctrl_h264_slice_params::slice_alpha_c0_offset_div2"][::core::mem::offset_of!(
        v4l2_ctrl_h264_slice_params,
        slice_alpha_c0_offset_div2
    ) - 15usize];
    ["Offset of field: v4l2_ctrl_h264_slice_params::slice_beta_offset_div2"]
        [::core::mem::offset_of!(v4l2_ctrl_h264_slice_params, slice_beta_offset_div2) - 16usize];
    ["Offset of field: v4l2_ctrl_h264_slice_params::num_ref_idx_l0_active_minus1"][::core::mem::offset_of!(
        v4l2_ctrl_h264_slice_params,
        num_ref_idx_l0_active_minus1
    ) - 17usize];
    ["Offset of field: v4l2_ctrl_h264_slice_params::num_ref_idx_l1_active_minus1"][::core::mem::offset_of!(
        v4l2_ctrl_h264_slice_params,
        num_ref_idx_l1_active_minus1
    ) - 18usize];
    ["Offset of field: v4l2_ctrl_h264_slice_params::reserved"]
        [::core::mem::offset_of!(v4l2_ctrl_h264_slice_params, reserved) - 19usize];
    ["Offset of field: v4l2_ctrl_h264_slice_params::ref_pic_list0"]
        [::core::mem::offset_of!(v4l2_ctrl_h264_slice_params, ref_pic_list0) - 20usize];
    ["Offset of field: v4l2_ctrl_h264_slice_params::ref_pic_list1"]
        [::core::mem::offset_of!(v4l2_ctrl_h264_slice_params, ref_pic_list1) - 84usize];
    ["Offset of field: v4l2_ctrl_h264_slice_params::flags"]
        [::core::mem::offset_of!(v4l2_ctrl_h264_slice_params, flags) - 148usize];
};
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct v4l2_h264_dpb_entry {
    pub reference_ts: __u64,
    pub pic_num: __u32,
    pub frame_num: __u16,
    pub fields: __u8,
    pub reserved: [__u8; 5usize],
    pub top_field_order_cnt: __s32,
    pub bottom_field_order_cnt: __s32,
    pub flags: __u32,
}
#[allow(clippy::unnecessary_operation, clippy::identity_op)]
const _: () = {
    ["Size of v4l2_h264_dpb_entry"][::core::mem::size_of::<v4l2_h264_dpb_entry>() - 32usize];
    ["Alignment of v4l2_h264_dpb_entry"][::core::mem::align_of::<v4l2_h264_dpb_entry>() - 8usize];
    ["Offset of field: v4l2_h264_dpb_entry::reference_ts"]
        [::core::mem::offset_of!(v4l2_h264_dpb_entry, reference_ts) - 0usize];
    ["Offset of field: v4l2_h264_dpb_entry::pic_num"]
        [::core::mem::offset_of!(v4l2_h264_dpb_entry, pic_num) - 8usize];
    ["Offset of field: v4l2_h264_dpb_entry::frame_num"]
        [::core::mem::offset_of!(v4l2_h264_dpb_entry, frame_num) - 12usize];
    ["Offset of field: v4l2_h264_dpb_entry::fields"]
        [::core::mem::offset_of!(v4l2_h264_dpb_entry, fields) - 14usize];
    ["Offset of field: v4l2_h264_dpb_entry::reserved"]
        [::core::mem::offset_of!(v4l2_h264_dpb_entry, reserved) - 15usize];
    ["Offset of field: v4l2_h264_dpb_entry::top_field_order_cnt"]
        [::core::mem::offset_of!(v4l2_h264_dpb_entry, top_field_order_cnt) - 20usize];
    ["Offset of field: v4l2_h264_dpb_entry::bottom_field_order_cnt"]
        [::core::mem::offset_of!(v4l2_h264_dpb_entry, bottom_field_order_cnt) - 24usize];
    ["Offset of field: v4l2_h264_dpb_entry::flags"]
        [::core::mem::offset_of!(v4l2_h264_dpb_entry, flags) - 28usize];
};
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct v4l2_ctrl_h264_decode_params {
    pub dpb: [v4l2_h264_dpb_entry; 16usize],
    pub nal_ref_idc: __u16,
    pub frame_num: __u16,
    pub top_field_order_cnt: __s32,
    pub bottom_field_order_cnt: __s32,
    pub idr_pic_id: __u16,
    pub pic_order_cnt_lsb: __u16,
    pub delta_pic_order_cnt_bottom: __s32,
    pub delta_pic_order_cnt0: __s32,
    pub delta_pic_order_cnt1: __s32,
    pub dec_ref_pic_marking_bit_size: __u32,
    pub pic_order_cnt_bit_size: __u32,
    pub slice_group_change_cycle: __u32,
    pub reserved: __u32,
    pub flags: __u32,
}
#[allow(clippy::unnecessary_operation, clippy::identity_op)]
const _: () = {
    ["Size of v4l2_ctrl_h264_decode_params"]
        [::core::mem::size_of::<v4l2_ctrl_h264_decode_params>() - 560usize];
    ["Alignment of v4l2_ctrl_h264_decode_params"]
        [::core::mem::align_of::<v4l2_ctrl_h264_decode_params>() - 8usize];
    ["Offset of field: v4l2_ctrl_h264_decode_params::dpb"]
        [::core::mem::offset_of!(v4l2_ctrl_h264_decode_params, dpb) - 0usize];
    ["Offset of field: v4l2_ctrl_h264_decode_params::nal_ref_idc"]
        [::core::mem::offset_of!(v4l2_ctrl_h264_decode_params, nal_ref_idc) - 512usize];
    ["Offset of field: v4l2_ctrl_h264_decode_params::frame_num"]
        [::core::mem::offset_of!(v4l2_ctrl_h264_decode_params, frame_num) - 514usize];
    ["Offset of field: v4l2_ctrl_h264_decode_params::top_field_order_cnt"]
        [::core::mem::offset_of!(v4l2_ctrl_h264_decode_params, top_field_order_cnt) - 516usize];
    ["Offset of field: v4l2_ctrl_h264_decode_params::bottom_field_order_cnt"]
        [::core::mem::offset_of!(v4l2_ctrl_h264_decode_params, bottom_field_order_cnt) - 520usize];
    ["Offset of field: v4l2_ctrl_h264_decode_params::idr_pic_id"]
        [::core::mem::offset_of!(v4l2_ctrl_h264_decode_params, idr_pic_id) - 524usize];
    ["Offset of field: v4l2_ctrl_h264_decode_params::pic_order_cnt_lsb"]
        [::core::mem::offset_of!(v4l2_ctrl_h264_decode_params, pic_order_cnt_lsb) - 526usize];
    ["Offset of field: v4l2_ctrl_h264_decode_params::delta_pic_order_cnt_bottom"][::core::mem::offset_of!(
        v4l2_ctrl_h264_decode_params,
        delta_pic_order_cnt_bottom
    ) - 528usize];
    ["Offset of field: v4l2_ctrl_h264_decode_params::delta_pic_order_cnt0"]
        [::core::mem::offset_of!(v4l2_ctrl_h264_decode_params, delta_pic_order_cnt0) - 532usize];
    ["Offset of field: v4l2_ctrl_h264_decode_params::delta_pic_order_cnt1"]
        [::core::mem::offset_of!(v4l2_ctrl_h264_decode_params, delta_pic_order_cnt1) - 536usize];
    ["Offset of field: v4l2_ctrl_h264_decode_params::dec_ref_pic_marking_bit_size"][::core::mem::offset_of!(
        v4l2_ctrl_h264_decode_params,
        dec_ref_pic_marking_bit_size
    ) - 540usize];
    ["Offset of field: v4l2_ctrl_h264_decode_params::pic_order_cnt_bit_size"]
        [::core::mem::offset_of!(v4l2_ctrl_h264_decode_params, pic_order_cnt_bit_size) - 544usize];
    ["Offset of field: v4l2_ctrl_h264_decode_params::slice_group_change_cycle"][::core::mem::offset_of!(
        v4l2_ctrl_h264_decode_params,
        slice_group_change_cycle
    ) - 548usize];
    ["Offset of field: v4l2_ctrl_h264_decode_params::reserved"]
        [::core::mem::offset_of!(v4l2_ctrl_h264_decode_params, reserved) - 552usize];
    ["Offset of field: v4l2_ctrl_h264_decode_params::flags"]
        [::core::mem::offset_of!(v4l2_ctrl_h264_decode_params, flags) - 556usize];
};
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct v4l2_ctrl_fwht_params {
    pub backward_ref_ts: __u64,
    pub version: __u32,
    pub width: __u32,
    pub height: __u32,
    pub flags: __u32,
    pub colorspace: __u32,
    pub xfer_func: __u32,
    pub ycbcr_enc: __u32,
    pub quantization: __u32,
}
#[allow(clippy::unnecessary_operation, clippy::identity_op)]
const _: () = {
    ["Size of v4l2_ctrl_fwht_params"][::core::mem::size_of::<v4l2_ctrl_fwht_params>() - 40usize];
    ["Alignment of v4l2_ctrl_fwht_params"]
        [::core::mem::align_of::<v4l2_ctrl_fwht_params>() - 8usize];
    ["Offset of field: v4l2_ctrl_fwht_params::backward_ref_ts"]
        [::core::mem::offset_of!(v4l2_ctrl_fwht_params, backward_ref_ts) - 0usize];
    ["Offset of field: v4l2_ctrl_fwht_params::version"]
        [::core::mem::offset_of!(v4l2_ctrl_fwht_params, version) - 8usize];
    ["Offset of field: v4l2_ctrl_fwht_params::width"]
        [::core::mem::offset_of!(v4l2_ctrl_fwht_params, width) - 12usize];
    ["Offset of field: v4l2_ctrl_fwht_params::height"]
        [::core::mem::offset_of!(v4l2_ctrl_fwht_params, height) - 16usize];
    ["Offset of field: v4l2_ctrl_fwht_params::flags"]
        [::core::mem::offset_of!(v4l2_ctrl_fwht_params, flags) - 20usize];
    ["Offset of field: v4l2_ctrl_fwht_params::colorspace"]
        [::core::mem::offset_of!(v4l2_ctrl_fwht_params, colorspace) - 24usize];
    ["Offset of field: v4l2_ctrl_fwht_params::xfer_func"]
        [::core::mem::offset_of!(v4l2_ctrl_fwht_params, xfer_func) - 28usize];
    ["Offset of field: v4l2_ctrl_fwht_params::ycbcr_enc"]
        [::core::mem::offset_of!(v4l2_ctrl_fwht_params, ycbcr_enc) - 32usize];
    ["Offset of field: v4l2_ctrl_fwht_params::quantization"]
        [::core::mem::offset_of!(v4l2_ctrl_fwht_params, quantization) - 36usize];
};
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct v4l2_vp8_segment {
    pub quant_update: [__s8; 4usize],
    pub lf_update: [__s8; 4usize],
    pub segment_probs: [__u8; 3usize],
    pub padding: __u8,
    pub flags: __u32,
}
#[allow(clippy::unnecessary_operation, clippy::identity_op)]
const _: () = {
    ["Size of v4l2_vp8_segment"][::core::mem::size_of::<v4l2_vp8_segment>() - 16usize];
    ["Alignment of v4l2_vp8_segment"][::core::mem::align_of::<v4l2_vp8_segment>() - 4usize];
    ["Offset of field: v4l2_vp8_segment::quant_update"]
        [::core::mem::offset_of!(v4l2_vp8_segment, quant_update) - 0usize];
    ["Offset of field: v4l2_vp8_segment::lf_update"]
        [::core::mem::offset_of!(v4l2_vp8_segment, lf_update) - 4usize];
    ["Offset of field: v4l2_vp8_segment::segment_probs"]
        [::core::mem::offset_of!(v4l2_vp8_segment, segment_probs) - 8usize];
    ["Offset of field: v4l2_vp8_segment::padding"]
        [::core::mem::offset_of!(v4l2_vp8_segment, padding) - 11usize];
    ["Offset of field: v4l2_vp8_segment::flags"]
        [::core::mem::offset_of!(v4l2_vp8_segment, flags) - 12usize];
};
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct v4l2_vp8_loop_filter {
    pub ref_frm_delta: [__s8; 4usize],
    pub mb_mode_delta: [__s8; 4usize],
    pub sharpness_level: __u8,
    pub level: __u8,
    pub padding: __u16,
    pub flags: __u32,
}
#[allow(clippy::unnecessary_operation, clippy::identity_op)]
const _: () = {
    ["Size of v4l2_vp8_loop_filter"][::core::mem::size_of::<v4l2_vp8_loop_filter>() - 16usize];
    ["Alignment of v4l2_vp8_loop_filter"][::core::mem::align_of::<v4l2_vp8_loop_filter>() - 4usize];
    ["Offset of field: v4l2_vp8_loop_filter::ref_frm_delta"]
        [::core::mem::offset_of!(v4l2_vp8_loop_filter, ref_frm_delta) - 0usize];
    ["Offset of field: v4l2_vp8_loop_filter::mb_mode_delta"]
        [::core::mem::offset_of!(v4l2_vp8_loop_filter, mb_mode_delta) - 4usize];
    ["Offset of field: v4l2_vp8_loop_filter::sharpness_level"]
        [::core::mem::offset_of!(v4l2_vp8_loop_filter, sharpness_level) - 8usize];
    ["Offset of field: v4l2_vp8_loop_filter::level"]
        [::core::mem::offset_of!(v4l2_vp8_loop_filter, level) - 9usize];
    ["Offset of field: v4l2_vp8_loop_filter::padding"]
        [::core::mem::offset_of!(v4l2_vp8_loop_filter, padding) - 10usize];
    ["Offset of field: v4l2_vp8_loop_filter::flags"]
        [::core::mem::offset_of!(v4l2_vp8_loop_filter, flags) - 12usize];
};
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct v4l2_vp8_quantization {
    pub y_ac_qi: __u8,
    pub y_dc_delta: __s8,
    pub y2_dc_delta: __s8,
    pub y2_ac_delta: __s8,
    pub uv_dc_delta: __s8,
    pub uv_ac_delta: __s8,
    pub padding: __u16,
}
#[allow(clippy::unnecessary_operation, clippy::identity_op)]
const _: () = {
    ["Size of v4l2_vp8_quantization"][::core::mem::size_of::<v4l2_vp8_quantization>() - 8usize];
    ["Alignment of v4l2_vp8_quantization"]
        [::core::mem::align_of::<v4l2_vp8_quantization>() - 2usize];
    ["Offset of field: v4l2_vp8_quantization::y_ac_qi"]
        [::core::mem::offset_of!(v4l2_vp8_quantization, y_ac_qi) - 0usize];
    ["Offset of field: v4l2_vp8_quantization::y_dc_delta"]
        [::core::mem::offset_of!(v4l2_vp8_quantization, y_dc_delta) - 1usize];
    ["Offset of field: v4l2_vp8_quantization::y2_dc_delta"]
        [::core::mem::offset_of!(v4l2_vp8_quantization, y2_dc_delta) - 2usize];
    ["Offset of field: v4l2_vp8_quantization::y2_ac_delta"]
        [::core::mem::offset_of!(v4l2_vp8_quantization, y2_ac_delta) - 3usize];
    ["Offset of field: v4l2_vp8_quantization::uv_dc_delta"]
        [::core::mem::offset_of!(v4l2_vp8_quantization, uv_dc_delta) - 4usize];
    ["Offset of field: v4l2_vp8_quantization::uv_ac_delta"]
        [::core::mem::offset_of!(v4l2_vp8_quantization, uv_ac_delta) - 5usize];
    ["Offset of field: v4l2_vp8_quantization::padding"]
        [::core::mem::offset_of!(v4l2_vp8_quantization, padding) - 6usize];
};
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct v4l2_vp8_entropy {
    pub coeff_probs: [[[[__u8; 11usize]; 3usize]; 8usize]; 4usize],
    pub y_mode_probs: [__u8; 4usize],
    pub uv_mode_probs: [__u8; 3usize],
    pub mv_probs: [[__u8; 19usize]; 2usize],
    pub padding: [__u8; 3usize],
}
#[allow(clippy::unnecessary_operation, clippy::identity_op)]
const _: () = {
    ["Size of v4l2_vp8_entropy"][::core::mem::size_of::<v4l2_vp8_entropy>() - 1104usize];
    ["Alignment of v4l2_vp8_entropy"][::core::mem::align_of::<v4l2_vp8_entropy>() - 1usize];
    ["Offset of field: v4l2_vp8_entropy::coeff_probs"]
        [::core::mem::offset_of!(v4l2_vp8_entropy, coeff_probs) - 0usize];
    ["Offset of field: v4l2_vp8_entropy::y_mode_probs"]
        [::core::mem::offset_of!(v4l2_vp8_entropy, y_mode_probs) - 1056usize];
    ["Offset of field: v4l2_vp8_entropy::uv_mode_probs"]
        [::core::mem::offset_of!(v4l2_vp8_entropy, uv_mode_probs) - 1060usize];
    ["Offset of field: v4l2_vp8_entropy::mv_probs"]
        [::core::mem::offset_of!(v4l2_vp8_entropy, mv_probs) - 1063usize];
    ["Offset of field: v4l2_vp8_entropy::padding"]
        [::core::mem::offset_of!(v4l2_vp8_entropy, padding) - 1101usize];
};
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct v4l2_vp8_entropy_coder_state {
    pub range: __u8,
    pub value: __u8,
    pub bit_count: __u8,
    pub padding: __u8,
}
#[allow(clippy::unnecessary_operation, clippy::identity_op)]
const _: () = {
    ["Size of v4l2_vp8_entropy_coder_state"]
        [::core::mem::size_of::<v4l2_vp8_entropy_coder_state>() - 4usize];
    ["Alignment of v4l2_vp8_entropy_coder_state"]
        [::core::mem::align_of::<v4l2_vp8_entropy_coder_state>() - 1usize];
    ["Offset of field: v4l2_vp8_entropy_coder_state::range"]
        [::core::mem::offset_of!(v4l2_vp8_entropy_coder_state, range) - 0usize];
    ["Offset of field: v4l2_vp8_entropy_coder_state::value"]
        [::core::mem::offset_of!(v4l2_vp8_entropy_coder_state, value) - 1usize];
    ["Offset of field: v4l2_vp8_entropy_coder_state::bit_count"]
        [::core::mem::offset_of!(v4l2_vp8_entropy_coder_state, bit_count) - 2usize];
    ["Offset of field: v4l2_vp8_entropy_coder_state::padding"]
        [::core::mem::offset_of!(v4l2_vp8_entropy_coder_state, padding) - 3usize];
};
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct v4l2_ctrl_vp8_frame {
    pub segment: v4l2_vp8_segment,
    pub lf: v4l2_vp8_loop_filter,
    pub quant: v4l2_vp8_quantization,
    pub entropy: v4l2_vp8_entropy,
    pub coder_state: v4l2_vp8_entropy_coder_state,
    pub width: __u16,
    pub height: __u16,
    pub horizontal_scale: __u8,
    pub vertical_scale: __u8,
    pub version: __u8,
    pub prob_skip_false: __u8,
    pub prob_intra: __u8,
    pub prob_last: __u8,
    pub prob_gf: __u8,
    pub num_dct_parts: __u8,
    pub first_part_size: __u32,
    pub first_part_header_bits: __u32,
    pub dct_part_sizes: [__u32; 8usize],
    pub last_frame_ts: __u64,
    pub golden_frame_ts: __u64,
    pub alt_frame_ts: __u64,
    pub flags: __u64,
}
#[allow(clippy::unnecessary_operation, clippy::identity_op)]
const _: () = {
    ["Size of v4l2_ctrl_vp8_frame"][::core::mem::size_of::<v4l2_ctrl_vp8_frame>() - 1232usize];
    ["Alignment of v4l2_ctrl_vp8_frame"][::core::mem::align_of::<v4l2_ctrl_vp8_frame>() - 8usize];
    ["Offset of field: v4l2_ctrl_vp8_frame::segment"]
        [::core::mem::offset_of!(v4l2_ctrl_vp8_frame, segment) - 0usize];
    ["Offset of field: v4l2_ctrl_vp8_frame::lf"]
        [::core::mem::offset_of!(v4l2_ctrl_vp8_frame, lf) - 16usize];
    ["Offset of field: v4l2_ctrl_vp8_frame::quant"]
        [::core::mem::offset_of!(v4l2_ctrl_vp8_frame, quant) - 32usize];
    ["Offset of field: v4l2_ctrl_vp8_frame::entropy"]
        [::core::mem::offset_of!(v4l2_ctrl_vp8_frame, entropy) - 40usize];
    ["Offset of field: v4l2_ctrl_vp8_frame::coder_state"]
        [::core::mem::offset_of!(v4l2_ctrl_vp8_frame, coder_state) - 1144usize];
    ["Offset of field: v4l2_ctrl_vp8_frame::width"]
        [::core::mem::offset_of!(v4l2_ctrl_vp8_frame, width) - 1148usize];
    ["Offset of field: v4l2_ctrl_vp8_frame::height"]
        [::core::mem::offset_of!(v4l2_ctrl_vp8_frame, height) - 1150usize];
    ["Offset of field: v4l2_ctrl_vp8_frame::horizontal_scale"]
        [::core::mem::offset_of!(v4l2_ctrl_vp8_frame, horizontal_scale) - 1152usize];
    ["Offset of field: v4l2_ctrl_vp8_frame::vertical_scale"]
        [::core::mem::offset_of!(v4l2_ctrl_vp8_frame, vertical_scale) - 1153usize];
    ["Offset of field: v4l2_ctrl_vp8_frame::version"]
        [::core::mem::offset_of!(v4l2_ctrl_vp8_frame, version) - 1154usize];
    ["Offset of field: v4l2_ctrl_vp8_frame::prob_skip_false"]
        [::core::mem::offset_of!(v4l2_ctrl_vp8_frame, prob_skip_false) - 1155usize];
    ["Offset of field: v4l2_ctrl_vp8_frame::prob_intra"]
        [::core::mem::offset_of!(v4l2_ctrl_vp8_frame, prob_intra) - 1156usize];
    ["Offset of field: v4l2_ctrl_vp8_frame::prob_last"]
        [::core::mem::offset_of!(v4l2_ctrl_vp8_frame, prob_last) - 1157usize];
    ["Offset of field: v4l2_ctrl_vp8_frame::prob_gf"]
        [::core::mem::offset_of!(v4l2_ctrl_vp8_frame, prob_gf) - 1158usize];
    ["Offset of field: v4l2_ctrl_vp8_frame::num_dct_parts"]
        [::core::mem::offset_of!(v4l2_ctrl_vp8_frame, num_dct_parts) - 1159usize];
    ["Offset of field: v4l2_ctrl_vp8_frame::first_part_size"]
        [::core::mem::offset_of!(v4l2_ctrl_vp8_frame, first_part_size) - 1160usize];
    ["Offset of field: v4l2_ctrl_vp8_frame::first_part_header_bits"]
        [::core::mem::offset_of!(v4l2_ctrl_vp8_frame, first_part_header_bits) - 1164usize];
    ["Offset of field: v4l2_ctrl_vp8_frame::dct_part_sizes"]
        [::core::mem::offset_of!(v4l2_ctrl_vp8_frame, dct_part_sizes) - 1168usize];
    ["Offset of field: v4l2_ctrl_vp8_frame::last_frame_ts"]
        [::core::mem::offset_of!(v4l2_ctrl_vp8_frame, last_frame_ts) - 1200usize];
    ["Offset of field: v4l2_ctrl_vp8_frame::golden_frame_ts"]
        [::core::mem::offset_of!(v4l2_ctrl_vp8_frame, golden_frame_ts) - 1208usize];
    ["Offset of field: v4l2_ctrl_vp8_frame::alt_frame_ts"]
        [::core::mem::offset_of!(v4l2_ctrl_vp8_frame, alt_frame_ts) - 1216usize];
    ["Offset of field: v4l2_ctrl_vp8_frame::flags"]
        [::core::mem::offset_of!(v4l2_ctrl_vp8_frame, flags) - 1224usize];
};
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct v4l2_ctrl_mpeg2_sequence {
    pub horizontal_size: __u16,
    pub vertical_size: __u16,
    pub vbv_buffer_size: __u32,
    pub profile_and_level_indication: __u16,
    pub chroma_format: __u8,
    pub flags: __u8,
}
#[allow(clippy::unnecessary_operation, clippy::identity_op)]
const _: () = {
    ["Size of v4l2_ctrl_mpeg2_sequence"]
        [::core::mem::size_of::<v4l2_ctrl_mpeg2_sequence>() - 12usize];
    ["Alignment of v4l2_ctrl_mpeg2_sequence"]
        [::core::mem::align_of::<v4l2_ctrl_mpeg2_sequence>() - 4usize];
    ["Offset of field: v4l2_ctrl_mpeg2_sequence::horizontal_size"]
        [::core::mem::offset_of!(v4l2_ctrl_mpeg2_sequence, horizontal_size) - 0usize];
    ["Offset of field: v4l2_ctrl_mpeg2_sequence::vertical_size"]
        [::core::mem::offset_of!(v4l2_ctrl_mpeg2_sequence, vertical_size) - 2usize];
    ["Offset of field: v4l2_ctrl_mpeg2_sequence::vbv_buffer_size"]
        [::core::mem::offset_of!(v4l2_ctrl_mpeg2_sequence, vbv_buffer_size) - 4usize];
    ["Offset of field: v4l2_ctrl_mpeg2_sequence::profile_and_level_indication"]
        [::core::mem::offset_of!(v4l2_ctrl_mpeg2_sequence, profile_and_level_indication) - 8usize];
    ["Offset of field: v4l2_ctrl_mpeg2_sequence::chroma_format"]
        [::core::mem::offset_of!(v4l2_ctrl_mpeg2_sequence, chroma_format) - 10usize];
    ["Offset of field: v4l2_ctrl_mpeg2_sequence::flags"]
        [::core::mem::offset_of!(v4l2_ctrl_mpeg2_sequence, flags) - 11usize];
};
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct v4l2_ctrl_mpeg2_picture {
    pub backward_ref_ts: __u64,
    pub forward_ref_ts: __u64,
    pub flags: __u32,
    pub f_code: [[__u8; 2usize]; 2usize],
    pub picture_coding_type: __u8,
    pub picture_structure: __u8,
    pub intra_dc_precision: __u8,
    pub reserved: [__u8; 5usize],
}
#[allow(clippy::unnecessary_operation, clippy::identity_op)]
const _: () = {
    ["Size of v4l2_ctrl_mpeg2_picture"]
        [::core::mem::size_of::<v4l2_ctrl_mpeg2_picture>() - 32usize];
    ["Alignment of v4l2_ctrl_mpeg2_picture"]
        [::core::mem::align_of::<v4l2_ctrl_mpeg2_picture>() - 8usize];
    ["Offset of field: v4l2_ctrl_mpeg2_picture::backward_ref_ts"]
        [::core::mem::offset_of!(v4l2_ctrl_mpeg2_picture, backward_ref_ts) - 0usize];
    ["Offset of field: v4l2_ctrl_mpeg2_picture::forward_ref_ts"]
        [::core::mem::offset_of!(v4l2_ctrl_mpeg2_picture, forward_ref_ts) - 8usize];
    ["Offset of field: v4l2_ctrl_mpeg2_picture::flags"]
        [::core::mem::offset_of!(v4l2_ctrl_mpeg2_picture, flags) - 16usize];
    ["Offset of field: v4l2_ctrl_mpeg2_picture::f_code"]
        [::core::mem::offset_of!(v4l2_ctrl_mpeg2_picture, f_code) - 20usize];
    ["Offset of field: v4l2_ctrl_mpeg2_picture::picture_coding_type"]
        [::core::mem::offset_of!(v4l2_ctrl_mpeg2_picture, picture_coding_type) - 24usize];
    ["Offset of field: v4l2_ctrl_mpeg2_picture::picture_structure"]
        [::core::mem::offset_of!(v4l2_ctrl_mpeg2_picture, picture_structure) - 25usize];
    ["Offset of field: v4l2_ctrl_mpeg2_picture::intra_dc_precision"]
        [::core::mem::offset_of!(v4l2_ctrl_mpeg2_picture, intra_dc_precision) - 26usize];
    ["Offset of field: v4l2_ctrl_mpeg2_picture::reserved"]
        [::core::mem::offset_of!(v4l2_ctrl_mpeg2_picture, reserved) - 27usize];
};
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct v4l2_ctrl_mpeg2_quantisation {
    pub intra_quantiser_matrix: [__u8; 64usize],
    pub non_intra_quantiser_matrix: [__u8; 64usize],
    pub chroma_intra_quantiser_matrix: [__u8; 64usize],
    pub chroma_non_intra_quantiser_matrix: [__u8; 64usize],
}
#[allow(clippy::unnecessary_operation, clippy::identity_op)]
const _: () = {
    ["Size of v4l2_ctrl_mpeg2_quantisation"]
        [::core::mem::size_of::<v4l2_ctrl_mpeg2_quantisation>() - 256usize];
    ["Alignment of v4l2_ctrl_mpeg2_quantisation"]
        [::core::mem::align_of::<v4l2_ctrl_mpeg2_quantisation>() - 1usize];
    ["Offset of field: v4l2_ctrl_mpeg2_quantisation::intra_quantiser_matrix"]
        [::core::mem::offset_of!(v4l2_ctrl_mpeg2_quantisation, intra_quantiser_matrix) - 0usize];
    ["Offset of field: v4l2_ctrl_mpeg2_quantisation::non_intra_quantiser_matrix"][::core::mem::offset_of!(
        v4l2_ctrl_mpeg2_quantisation,
        non_intra_quantiser_matrix
    ) - 64usize];
    ["Offset of field: v4l2_ctrl_mpeg2_quantisation::chroma_intra_quantiser_matrix"][::core::mem::offset_of!(
        v4l2_ctrl_mpeg2_quantisation,
        chroma_intra_quantiser_matrix
    ) - 128usize];
    ["Offset of field: v4l2_ctrl_mpeg2_quantisation::chroma_non_intra_quantiser_matrix"][::core::mem::offset_of!(
        v4l2_ctrl_mpeg2_quantisation,
        chroma_non_intra_quantiser_matrix
    )
        - 192usize];
};
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct v4l2_ctrl_hevc_sps {
    pub video_parameter_set_id: __u8,
    pub seq_parameter_set_id: __u8,
    pub pic_width_in_luma_samples: __u16,
    pub pic_height_in_luma_samples: __u16,
    pub bit_depth_luma_minus8: __u8,
    pub bit_depth_chroma_minus8: __u8,
    pub log2_max_pic_order_cnt_lsb_minus4: __u8,
    pub sps_max_dec_pic_buffering_minus1: __u8,
    pub sps_max_num_reorder_pics: __u8,
    pub sps_max_latency_increase_plus1: __u8,
    pub log2_min_luma_coding_block_size_minus3: __u8,
    pub log2_diff_max_min_luma_coding_block_size: __u8,
    pub log2_min_luma_transform_block_size_minus2: __u8,
    pub log2_diff_max_min_luma_transform_block_size: __u8,
    pub max_transform_hierarchy_depth_inter: __u8,
    pub max_transform_hierarchy_depth_intra: __u8,
    pub pcm_sample_bit_depth_luma_minus1: __u8,
    pub pcm_sample_bit_depth_chroma_minus1: __u8,
    pub log2_min_pcm_luma_coding_block_size_minus3: __u8,
    pub log2_diff_max_min_pcm_luma_coding_block_size: __u8,
    pub num_short_term_ref_pic_sets: __u8,
    pub num_long_term_ref_pics_sps: __u8,
    pub chroma_format_idc: __u8,
    pub sps_max_sub_layers_minus1: __u8,
    pub reserved: [__u8; 6usize],
    pub flags: __u64,
}
#[allow(clippy::unnecessary_operation, clippy::identity_op)]
const _: () = {
    ["Size of v4l2_ctrl_hevc_sps"][::core::mem::size_of::<v4l2_ctrl_hevc_sps>() - 40usize];
    ["Alignment of v4l2_ctrl_hevc_sps"][::core::mem::align_of::<v4l2_ctrl_hevc_sps>() - 8usize];
    ["Offset of field: v4l2_ctrl_hevc_sps::video_parameter_set_id"]
        [::core::mem::offset_of!(v4l2_ctrl_hevc_sps, video_parameter_set_id) - 0usize];
    ["Offset of field: v4l2_ctrl_hevc_sps::seq_parameter_set_id"]
        [::core::mem::offset_of!(v4l2_ctrl_hevc_sps, seq_parameter_set_id) - 1usize];
    ["Offset of field: v4l2_ctrl_hevc_sps::pic_width_in_luma_samples"]
        [::core::mem::offset_of!(v4l2_ctrl_hevc_sps, pic_width_in_luma_samples) - 2usize];
    ["Offset of field: v4l2_ctrl_hevc_sps::pic_height_in_luma_samples"]
        [::core::mem::offset_of!(v4l2_ctrl_hevc_sps, pic_height_in_luma_samples) - 4usize];
    ["Offset of field: v4l2_ctrl_hevc_sps::bit_depth_luma_minus8"]
        [::core::mem::offset_of!(v4l2_ctrl_hevc_sps, bit_depth_luma_minus8) - 6usize];
    ["Offset of field: v4l2_ctrl_hevc_sps::bit_depth_chroma_minus8"]
        [::core::mem::offset_of!(v4l2_ctrl_hevc_sps, bit_depth_chroma_minus8) - 7usize];
    ["Offset of field: v4l2_ctrl_hevc_sps::log2_max_pic_order_cnt_lsb_minus4"]
        [::core::mem::offset_of!(v4l2_ctrl_hevc_sps, log2_max_pic_order_cnt_lsb_minus4) - 8usize];
    ["Offset of field: v4l2_ctrl_hevc_sps::sps_max_dec_pic_buffering_minus1"]
        [::core::mem::offset_of!(v4l2_ctrl_hevc_sps, sps_max_dec_pic_buffering_minus1) - 9usize];
    ["Offset of field: v4l2_ctrl_hevc_sps::sps_max_num_reorder_pics"]
        [::core::mem::offset_of!(v4l2_ctrl_hevc_sps, sps_max_num_reorder_pics) - 10usize];
    ["Offset of field: v4l2_ctrl_hevc_sps::sps_max_latency_increase_plus1"]
        [::core::mem::offset_of!(v4l2_ctrl_hevc_sps, sps_max_latency_increase_plus1) - 11usize];
    ["Offset of field: v4l2_ctrl_hevc_sps::log2_min_luma_coding_block_size_minus3"][::core::mem::offset_of!(
        v4l2_ctrl_hevc_sps,
        log2_min_luma_coding_block_size_minus3
    ) - 12usize];
    ["Offset of field: v4l2_ctrl_hevc_sps::log2_diff_max_min_luma_coding_block_size"][::core::mem::offset_of!(
        v4l2_ctrl_hevc_sps,
        log2_diff_max_min_luma_coding_block_size
    ) - 13usize];
    ["Offset of field: v4l2_ctrl_hevc_sps::log2_min_luma_transform_block_size_minus2"][::core::mem::offset_of!(
        v4l2_ctrl_hevc_sps,
        log2_min_luma_transform_block_size_minus2
    ) - 14usize];
    ["Offset of field: v4l2_ctrl_hevc_sps::log2_diff_max_min_luma_transform_block_size"][::core::mem::offset_of!(
        v4l2_ctrl_hevc_sps,
        log2_diff_max_min_luma_transform_block_size
    )
        - 15usize];
    ["Offset of field: v4l2_ctrl_hevc_sps::max_transform_hierarchy_depth_inter"][::core::mem::offset_of!(
        v4l2_ctrl_hevc_sps,
        max_transform_hierarchy_depth_inter
    ) - 16usize];
    ["Offset of field: v4l2_ctrl_hevc_sps::max_transform_hierarchy_depth_intra"][::core::mem::offset_of!(
        v4l2_ctrl_hevc_sps,
        max_transform_hierarchy_depth_intra
    ) - 17usize];
    ["Offset of field: v4l2_ctrl_hevc_sps::pcm_sample_bit_depth_luma_minus1"]
        [::core::mem::offset_of!(v4l2_ctrl_hevc_sps, pcm_sample_bit_depth_luma_minus1) - 18usize];
    ["Offset of field: v4l2_ctrl_hevc_sps::pcm_sample_bit_depth_chroma_minus1"]
        [::core::mem::offset_of!(v4l2_ctrl_hevc_sps, pcm_sample_bit_depth_chroma_minus1) - 19usize];
    ["Offset of field: v4l2_ctrl_hevc_sps::log2_min_pcm_luma_coding_block_size_minus3"][::core::mem::offset_of!(
        v4l2_ctrl_hevc_sps,
        log2_min_pcm_luma_coding_block_size_minus3
    )
        - 20usize];
    ["Offset of field: v4l2_ctrl_hevc_sps::log2_diff_max_min_pcm_luma_coding_block_size"][::core::mem::offset_of!(
        v4l2_ctrl_hevc_sps,
        log2_diff_max_min_pcm_luma_coding_block_size
    )
        - 21usize];
    ["Offset of field: v4l2_ctrl_hevc_sps::num_short_term_ref_pic_sets"]
        [::core::mem::offset_of!(v4l2_ctrl_hevc_sps, num_short_term_ref_pic_sets) - 22usize];
    ["Offset of field: v4l2_ctrl_hevc_sps::num_long_term_ref_pics_sps"]
        [::core::mem::offset_of!(v4l2_ctrl_hevc_sps, num_long_term_ref_pics_sps) - 23usize];
    ["Offset of field: v4l2_ctrl_hevc_sps::chroma_format_idc"]
        [::core::mem::offset_of!(v4l2_ctrl_hevc_sps, chroma_format_idc) - 24usize];
    ["Offset of field: v4l2_ctrl_hevc_sps::sps_max_sub_layers_minus1"]
        [::core::mem::offset_of!(v4l2_ctrl_hevc_sps, sps_max_sub_layers_minus1) - 25usize];
    ["Offset of field: v4l2_ctrl_hevc_sps::reserved"]
        [::core::mem::offset_of!(v4l2_ctrl_hevc_sps, reserved) - 26usize];
    ["Offset of field: v4l2_ctrl_hevc_sps::flags"]
        [::core::mem::offset_of!(v4l2_ctrl_hevc_sps, flags) - 32usize];
};
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct v4l2_ctrl_hevc_pps {
    pub pic_parameter_set_id: __u8,
    pub num_extra_slice_header_bits: __u8,
    pub num_ref_idx_l0_default_active_minus1: __u8,
    pub num_ref_idx_l1_default_active_minus1: __u8,
    pub init_qp_minus26: __s8,
    pub diff_cu_qp_delta_depth: __u8,
    pub pps_cb_qp_offset: __s8,
    pub pps_cr_qp_offset: __s8,
    pub num_tile_columns_minus1: __u8,
    pub num_tile_rows_minus1: __u8,
    pub column_width_minus1: [__u8; 20usize],
    pub row_height_minus1: [__u8; 22usize],
    pub pps_beta_offset_div2: __s8,
    pub pps_tc_offset_div2: __s8,
    pub log2_parallel_merge_level_minus2: __u8,
    pub reserved: __u8,
    pub flags: __u64,
}
#[allow(clippy::unnecessary_operation, clippy::identity_op)]
const _: () = {
    ["Size of v4l2_ctrl_hevc_pps"][::core::mem::size_of::<v4l2_ctrl_hevc_pps>() - 64usize];
    ["Alignment of v4l2_ctrl_hevc_pps"][::core::mem::align_of::<v4l2_ctrl_hevc_pps>() - 8usize];
    ["Offset of field: v4l2_ctrl_hevc_pps::pic_parameter_set_id"]
        [::core::mem::offset_of!(v4l2_ctrl_hevc_pps, pic_parameter_set_id) - 0usize];
    ["Offset of field: v4l2_ctrl_hevc_pps::num_extra_slice_header_bits"]
        [::core::mem::offset_of!(v4l2_ctrl_hevc_pps, num_extra_slice_header_bits) - 1usize];
    ["Offset of field: v4l2_ctrl_hevc_pps::num_ref_idx_l0_default_active_minus1"][::core::mem::offset_of!(
        v4l2_ctrl_hevc_pps,
        num_ref_idx_l0_default_active_minus1
    ) - 2usize];
    ["Offset of field: v4l2_ctrl_hevc_pps::num_ref_idx_l1_default_active_minus1"][::core::mem::offset_of!(
        v4l2_ctrl_hevc_pps,
        num_ref_idx_l1_default_active_minus1
    ) - 3usize];
    ["Offset of field: v4l2_ctrl_hevc_pps::init_qp_minus26"]
        [::core::mem::offset_of!(v4l2_ctrl_hevc_pps, init_qp_minus26) - 4usize];
    ["Offset of field: v4l2_ctrl_hevc_pps::diff_cu_qp_delta_depth"]
        [::core::mem::offset_of!(v4l2_ctrl_hevc_pps, diff_cu_qp_delta_depth) - 5usize];
    ["Offset of field: v4l2_ctrl_hevc_pps::pps_cb_qp_offset"]
        [::core::mem::offset_of!(v4l2_ctrl_hevc_pps, pps_cb_qp_offset) - 6usize];
    ["Offset of field: v4l2_ctrl_hevc_pps::pps_cr_qp_offset"]
        [::core::mem::offset_of!(v4l2_ctrl_hevc_pps, pps_cr_qp_offset) - 7usize];
    ["Offset of field: v4l2_ctrl_hevc_pps::num_tile_columns_minus1"]
        [::core::mem::offset_of!(v4l2_ctrl_hevc_pps, num_tile_columns_minus1) - 8usize];
    ["Offset of field: v4l2_ctrl_hevc_pps::num_tile_rows_minus1"]
        [::core::mem::offset_of!(v4l2_ctrl_hevc_pps, num_tile_rows_minus1) - 9usize];
    ["Offset of field: v4l2_ctrl_hevc_pps::column_width_minus1"]
        [::core::mem::offset_of!(v4l2_ctrl_hevc_pps, column_width_minus1) - 10usize];
    ["Offset of field: v4l2_ctrl_hevc_pps::row_height_minus1"]
        [::core::mem::offset_of!(v4l2_ctrl_hevc_pps, row_height_minus1) - 30usize];
    ["Offset of field: v4l2_ctrl_hevc_pps::pps_beta_offset_div2"]
        [::core::mem::offset_of!(v4l2_ctrl_hevc_pps, pps_beta_offset_div2) - 52usize];
    ["Offset of field: v4l2_ctrl_hevc_pps::pps_tc_offset_div2"]
        [::core::mem::offset_of!(v4l2_ctrl_hevc_pps, pps_tc_offset_div2) - 53usize];
    ["Offset of field: v4l2_ctrl_hevc_pps::log2_parallel_merge_level_minus2"]
        [::core::mem::offset_of!(v4l2_ctrl_hevc_pps, log2_parallel_merge_level_minus2) - 54usize];
    ["Offset of field: v4l2_ctrl_hevc_pps::reserved"]
        [::core::mem::offset_of!(v4l2_ctrl_hevc_pps, reserved) - 55usize];
    ["Offset of field: v4l2_ctrl_hevc_pps::flags"]
        [::core::mem::offset_of!(v4l2_ctrl_hevc_pps, flags) - 56usize];
};
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct v4l2_hevc_dpb_entry {
    pub timestamp: __u64,
    pub flags: __u8,
    pub field_pic: __u8,
    pub reserved: __u16,
    pub pic_order_cnt_val: __s32,
}
#[allow(clippy::unnecessary_operation, clippy::identity_op)]
const _: () = {
    ["Size of v4l2_hevc_dpb_entry"][::core::mem::size_of::<v4l2_hevc_dpb_entry>() - 16usize];
    ["Alignment of v4l2_hevc_dpb_entry"][::core::mem::align_of::<v4l2_hevc_dpb_entry>() - 8usize];
    ["Offset of field: v4l2_hevc_dpb_entry::timestamp"]
        [::core::mem::offset_of!(v4l2_hevc_dpb_entry, timestamp) - 0usize];
    ["Offset of field: v4l2_hevc_dpb_entry::flags"]
        [::core::mem::offset_of!(v4l2_hevc_dpb_entry, flags) - 8usize];
    ["Offset of field: v4l2_hevc_dpb_entry::field_pic"]
        [::core::mem::offset_of!(v4l2_hevc_dpb_entry, field_pic) - 9usize];
    ["Offset of field: v4l2_hevc_dpb_entry::reserved"]
        [::core::mem::offset_of!(v4l2_hevc_dpb_entry, reserved) - 10usize];
    ["Offset of field: v4l2_hevc_dpb_entry::pic_order_cnt_val"]
        [::core::mem::offset_of!(v4l2_hevc_dpb_entry, pic_order_cnt_val) - 12usize];
};
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct v4l2_hevc_pred_weight_table {
    pub delta_luma_weight_l0: [__s8; 16usize],
    pub luma_offset_l0: [__s8; 16usize],
    pub delta_chroma_weight_l0: [[__s8; 2usize]; 16usize],
    pub chroma_offset_l0: [[__s8; 2usize]; 16usize],
    pub delta_luma_weight_l1: [__s8; 16usize],
    pub luma_offset_l1: [__s8; 16usize],
    pub delta_chroma_weight_l1: [[__s8; 2usize]; 16usize],
    pub chroma_offset_l1: [[__s8; 2usize]; 16usize],
    pub luma_log2_weight_denom: __u8,
    pub delta_chroma_log2_weight_denom: __s8,
}
#[allow(clippy::unnecessary_operation, clippy::identity_op)]
const _: () = {
    ["Size of v4l2_hevc_pred_weight_table"]
        [::core::mem::size_of::<v4l2_hevc_pred_weight_table>() - 194usize];
    ["Alignment of v4l2_hevc_pred_weight_table"]
        [::core::mem::align_of::<v4l2_hevc_pred_weight_table>() - 1usize];
    ["Offset of field: v4l2_hevc_pred_weight_table::delta_luma_weight_l0"]
        [::core::mem::offset_of!(v4l2_hevc_pred_weight_table, delta_luma_weight_l0) - 0usize];
    ["Offset of field: v4l2_hevc_pred_weight_table::luma_offset_l0"]
        [::core::mem::offset_of!(v4l2_hevc_pred_weight_table, luma_offset_l0) - 16usize];
    ["Offset of field: v4l2_hevc_pred_weight_table::delta_chroma_weight_l0"]
        [::core::mem::offset_of!(v4l2_hevc_pred_weight_table, delta_chroma_weight_l0) - 32usize];
    ["Offset of field: v4l2_hevc_pred_weight_table::chroma_offset_l0"]
        [::core::mem::offset_of!(v4l2_hevc_pred_weight_table, chroma_offset_l0) - 64usize];
    ["Offset of field: v4l2_hevc_pred_weight_table::delta_luma_weight_l1"]
        [::core::mem::offset_of!(v4l2_hevc_pred_weight_table, delta_luma_weight_l1) - 96usize];
    ["Offset of field: v4l2_hevc_pred_weight_table::luma_offset_l1"]
        [::core::mem::offset_of!(v4l2_hevc_pred_weight_table, luma_offset_l1) - 112usize];
    ["Offset of field: v4l2_hevc_pred_weight_table::delta_chroma_weight_l1"]
        [::core::mem::offset_of!(v4l2_hevc_pred_weight_table, delta_chroma_weight_l1) - 128usize];
    ["Offset of field: v4l2_hevc_pred_weight_table::chroma_offset_l1"]
        [::core::mem::offset_of!(v4l2_hevc_pred_weight_table, chroma_offset_l1) - 160usize];
    ["Offset of field: v4l2_hevc_pred_weight_table::luma_log2_weight_denom"]
        [::core::mem::offset_of!(v4l2_hevc_pred_weight_table, luma_log2_weight_denom) - 192usize];
    ["Offset of field: v4l2_hevc_pred_weight_table::delta_chroma_log2_weight_denom"][::core::mem::offset_of!(
        v4l2_hevc_pred_weight_table,
        delta_chroma_log2_weight_denom
    ) - 193usize];
};
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct v4l2_ctrl_hevc_slice_params {
    pub bit_size: __u32,
    pub data_byte_offset: __u32,
    pub num_entry_point_offsets: __u32,
    pub nal_unit_type: __u8,
    pub nuh_temporal_id_plus1: __u8,
    pub slice_type: __u8,
    pub colour_plane_id: __u8,
    pub slice_pic_order_cnt: __s32,
    pub num_ref_idx_l0_active_minus1: __u8,
    pub num_ref_idx_l1_active_minus1: __u8,
    pub collocated_ref_idx: __u8,
    pub five_minus_max_num_merge_cand: __u8,
    pub slice_qp_delta: __s8,
    pub slice_cb_qp_offset: __s8,
    pub slice_cr_qp_offset: __s8,
    pub slice_act_y_qp_offset: __s8,
    pub slice_act_cb_qp_offset: __s8,
    pub slice_act_cr_qp_offset: __s8,
    pub slice_beta_offset_div2: __s8,
    pub slice_tc_offset_div2: __s8,
    pub pic_struct: __u8,
    pub reserved0: [__u8; 3usize],
    pub slice_segment_addr: __u32,
    pub ref_idx_l0: [__u8; 16usize],
    pub ref_idx_l1: [__u8; 16usize],
    pub short_term_ref_pic_set_size: __u16,
    pub long_term_ref_pic_set_size: __u16,
    pub pred_weight_table: v4l2_hevc_pred_weight_table,
    pub reserved1: [__u8; 2usize],
    pub flags: __u64,
}
#[allow(clippy::unnecessary_operation, clippy::identity_op)]
const _: () = {
    ["Size of v4l2_ctrl_hevc_slice_params"]
        [::core::mem::size_of::<v4l2_ctrl_hevc_slice_params>() - 280usize];
    ["Alignment of v4l2_ctrl_hevc_slice_params"]
        [::core::mem::align_of::<v4l2_ctrl_hevc_slice_params>() - 8usize];
    ["Offset of field: v4l2_ctrl_hevc_slice_params::bit_size"]
        [::core::mem::offset_of!(v4l2_ctrl_hevc_slice_params, bit_size) - 0usize];
    ["Offset of field: v4l2_ctrl_hevc_slice_params::data_byte_offset"]
        [::core::mem::offset_of!(v4l2_ctrl_hevc_slice_params, data_byte_offset) - 4usize];
    ["Offset of field: v4l2_ctrl_hevc_slice_params::num_entry_point_offsets"]
        [::core::mem::offset_of!(v4l2_ctrl_hevc_slice_params, num_entry_point_offsets) - 8usize];
    ["Offset of field: v4l2_ctrl_hevc_slice_params::nal_unit_type"]
        [::core::mem::offset_of!(v4l2_ctrl_hevc_slice_params, nal_unit_type) - 12usize];
    ["Offset of field: v4l2_ctrl_hevc_slice_params::nuh_temporal_id_plus1"]
        [::core::mem::offset_of!(v4l2_ctrl_hevc_slice_params, nuh_temporal_id_plus1) - 13usize];
    ["Offset of field: v4l2_ctrl_hevc_slice_params::slice_type"]
        [::core::mem::offset_of!(v4l2_ctrl_hevc_slice_params, slice_type) - 14usize];
    ["Offset of field: v4l2_ctrl_hevc_slice_params::colour_plane_id"]
        [::core::mem::offset_of!(v4l2_ctrl_hevc_slice_params, colour_plane_id) - 15usize];
    ["Offset of field: v4l2_ctrl_hevc_slice_params::slice_pic_order_cnt"]
        [::core::mem::offset_of!(v4l2_ctrl_hevc_slice_params, slice_pic_order_cnt) - 16usize];
    ["Offset of field: v4l2_ctrl_hevc_slice_params::num_ref_idx_l0_active_minus1"][::core::mem::offset_of!(
        v4l2_ctrl_hevc_slice_params,
        num_ref_idx_l0_active_minus1
    ) - 20usize];
    ["Offset of field: v4l2_ctrl_hevc_slice_params::num_ref_idx_l1_active_minus1"][::core::mem::offset_of!(
        v4l2_ctrl_hevc_slice_params,
        num_ref_idx_l1_active_minus1
    ) - 21usize];
    ["Offset of field: v4l2_ctrl_hevc_slice_params::collocated_ref_idx"]
        [::core::mem::offset_of!(v4l2_ctrl_hevc_slice_params, collocated_ref_idx) - 22usize];
    ["Offset of field: v4l2_ctrl_hevc_slice_params::five_minus_max_num_merge_cand"][::core::mem::offset_of!(
        v4l2_ctrl_hevc_slice_params,
        five_minus_max_num_merge_cand
    ) - 23usize];
    ["Offset of field: v4l2_ctrl_hevc_slice_params::slice_qp_delta"]
        [::core::mem::offset_of!(v4l2_ctrl_hevc_slice_params, slice_qp_delta) - 24usize];
    ["Offset of field: v4l2_ctrl_hevc_slice_params::slice_cb_qp_offset"]
        [::core::mem::offset_of!(v4l2_ctrl_hevc_slice_params, slice_cb_qp_offset) - 25usize];
    ["Offset of field: v4l2_ctrl_hevc_slice_params::slice_cr_qp_offset"]
        [::core::mem::offset_of!(v4l2_ctrl_hevc_slice_params, slice_cr_qp_offset) - 26usize];
    ["Offset of field: v4l2_ctrl_hevc_slice_params::slice_act_y_qp_offset"]
        [::core::mem::offset_of!(v4l2_ctrl_hevc_slice_params, slice_act_y_qp_offset) - 27usize];
    ["Offset of field: v4l2_ctrl_hevc_slice_params::slice_act_cb_qp_offset"]
        [::core::mem::offset_of!(v4l2_ctrl_hevc_slice_params, slice_act_cb_qp_offset) - 28usize];
    ["Offset of field: v4l2_ctrl_hevc_slice_params::slice_act_cr_qp_offset"]
        [::core::mem::offset_of!(v4l2_ctrl_hevc_slice_params, slice_act_cr_qp_offset) - 29usize];
    ["Offset of field: v4l2_ctrl_hevc_slice_params::slice_beta_offset_div2"]
        [::core::mem::offset_of!(v4l2_ctrl_hevc_slice_params, slice_beta_offset_div2) - 30usize];
    ["Offset of field: v4l2_ctrl_hevc_slice_params::slice_tc_offset_div2"]
        [::core::mem::offset_of!(v4l2_ctrl_hevc_slice_params, slice_tc_offset_div2) - 31usize];
    ["Offset of field: v4l2_ctrl_hevc_slice_params::pic_struct"]
        [::core::mem::offset_of!(v4l2_ctrl_hevc_slice_params, pic_struct) - 32usize];
    ["Offset of field: v4l2_ctrl_hevc_slice_params::reserved0"]
        [::core::mem::offset_of!(v4l2_ctrl_hevc_slice_params, reserved0) - 33usize];
    ["Offset of field: v4l2_ctrl_hevc_slice_params::slice_segment_addr"]
        [::core::mem::offset_of!(v4l2_ctrl_hevc_slice_params, slice_segment_addr) - 36usize];
    ["Offset of field: v4l2_ctrl_hevc_slice_params::ref_idx_l0"]
        [::core::mem::offset_of!(v4l2_ctrl_hevc_slice_params, ref_idx_l0) - 40usize];
    ["Offset of field: v4l2_ctrl_hevc_slice_params::ref_idx_l1"]
        [::core::mem::offset_of!(v4l2_ctrl_hevc_slice_params, ref_idx_l1) - 56usize];
    ["Offset of field: v4l2_ctrl_hevc_slice_params::short_term_ref_pic_set_size"][::core::mem::offset_of!(
        v4l2_ctrl_hevc_slice_params,
        short_term_ref_pic_set_size
    ) - 72usize];
    ["Offset of field: v4l2_ctrl_hevc_slice_params::long_term_ref_pic_set_size"][::core::mem::offset_of!(
        v4l2_ctrl_hevc_slice_params,
        long_term_ref_pic_set_size
    ) - 74usize];
    ["Offset of field: v4l2_ctrl_hevc_slice_params::pred_weight_table"]
        [::core::mem::offset_of!(v4l2_ctrl_hevc_slice_params, pred_weight_table) - 76usize];
    ["Offset of field: v4l2_ctrl_hevc_slice_params::reserved1"]
        [::core::mem::offset_of!(v4l2_ctrl_hevc_slice_params, reserved1) - 270usize];
    ["Offset of field: v4l2_ctrl_hevc_slice_params::flags"]
        [::core::mem::offset_of!(v4l2_ctrl_hevc_slice_params, flags) - 272usize];
};
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct v4l2_ctrl_hevc_decode_params {
    pub pic_order_cnt_val: __s32,
    pub short_term_ref_pic_set_size: __u16,
    pub long_term_ref_pic_set_size: __u16,
    pub num_active_dpb_entries: __u8,
    pub num_poc_st_curr_before: __u8,
    pub num_poc_st_curr_after: __u8,
    pub num_poc_lt_curr: __u8,
    pub poc_st_curr_before: [__u8; 16usize],
    pub poc_st_curr_after: [__u8; 16usize],
    pub poc_lt_curr: [__u8; 16usize],
    pub num_delta_pocs_of_ref_rps_idx: __u8,
    pub reserved: [__u8; 3usize],
    pub dpb: [v4l2_hevc_dpb_entry; 16usize],
    pub flags: __u64,
}
#[allow(clippy::unnecessary_operation, clippy::identity_op)]
const _: () = {
    ["Size of v4l2_ctrl_hevc_decode_params"]
        [::core::mem::size_of::<v4l2_ctrl_hevc_decode_params>() - 328usize];
    ["Alignment of v4l2_ctrl_hevc_decode_params"]
        [::core::mem::align_of::<v4l2_ctrl_hevc_decode_params>() - 8usize];
    ["Offset of field: v4l2_ctrl_hevc_decode_params::pic_order_cnt_val"]
        [::core::mem::offset_of!(v4l2_ctrl_hevc_decode_params, pic_order_cnt_val) - 0usize];
    ["Offset of field: v4l2_ctrl_hevc_decode_params::short_term_ref_pic_set_size"][::core::mem::offset_of!(
        v4l2_ctrl_hevc_decode_params,
        short_term_ref_pic_set_size
    ) - 4usize];
    ["Offset of field: v4l2_ctrl_hevc_decode_params::long_term_ref_pic_set_size"][::core::mem::offset_of!(
        v4l2_ctrl_hevc_decode_params,
        long_term_ref_pic_set_size
    ) - 6usize];
    ["Offset of field: v4l2_ctrl_hevc_decode_params::num_active_dpb_entries"]
        [::core::mem::offset_of!(v4l2_ctrl_hevc_decode_params, num_active_dpb_entries) - 8usize];
    ["Offset of field: v4l2_ctrl_hevc_decode_params::num_poc_st_curr_before"]
        [::core::mem::offset_of!(v4l2_ctrl_hevc_decode_params, num_poc_st_curr_before) - 9usize];
    ["Offset of field: v4l2_ctrl_hevc_decode_params::num_poc_st_curr_after"]
        [::core::mem::offset_of!(v4l2_ctrl_hevc_decode_params, num_poc_st_curr_after) - 10usize];
    ["Offset of field: v4l2_ctrl_hevc_decode_params::num_poc_lt_curr"]
        [::core::mem::offset_of!(v4l2_ctrl_hevc_decode_params, num_poc_lt_curr) - 11usize];
    ["Offset of field: v4l2_ctrl_hevc_decode_params::poc_st_curr_before"]
        [::core::mem::offset_of!(v4l2_ctrl_hevc_decode_params, poc_st_curr_before) - 12usize];
    ["Offset of field: v4l2_ctrl_hevc_decode_params::poc_st_curr_after"]
        [::core::mem::offset_of!(v4l2_ctrl_hevc_decode_params, poc_st_curr_after) - 28usize];
    ["Offset of field: v4l2_ctrl_hevc_decode_params::poc_lt_curr"]
        [::core::mem::offset_of!(v4l2_ctrl_hevc_decode_params, poc_lt_curr) - 44usize];
    ["Offset of field: v4l2_ctrl_hevc_decode_params::num_delta_pocs_of_ref_rps_idx"][::core::mem::offset_of!(
        v4l2_ctrl_hevc_decode_params,
        num_delta_pocs_of_ref_rps_idx
    ) - 60usize];
    ["Offset of field: v4l2_ctrl_hevc_decode_params::reserved"]
        [::core::mem::offset_of!(v4l2_ctrl_hevc_decode_params, reserved) - 61usize];
    ["Offset of field: v4l2_ctrl_hevc_decode_params::dpb"]
        [::core::mem::offset_of!(v4l2_ctrl_hevc_decode_params, dpb) - 64usize];
    ["Offset of field: v4l2_ctrl_hevc_decode_params::flags"]
        [::core::mem::offset_of!(v4l2_ctrl_hevc_decode_params, flags) - 320usize];
};
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct v4l2_ctrl_hevc_scaling_matrix {
    pub scaling_list_4x4: [[__u8; 16usize]; 6usize],
    pub scaling_list_8x8: [[__u8; 64usize]; 6usize],
    pub scaling_list_16x16: [[__u8; 64usize]; 6usize],
    pub scaling_list_32x32: [[__u8; 64usize]; 2usize],
    pub scaling_list_dc_coef_16x16: [__u8; 6usize],
    pub scaling_list_dc_coef_32x32: [__u8; 2usize],
}
#[allow(clippy::unnecessary_operation, clippy::identity_op)]
const _: () = {
    ["Size of v4l2_ctrl_hevc_scaling_matrix"]
        [::core::mem::size_of::<v4l2_ctrl_hevc_scaling_matrix>() - 1000usize];
    ["Alignment of v4l2_ctrl_hevc_scaling_matrix"]
        [::core::mem::align_of::<v4l2_ctrl_hevc_scaling_matrix>() - 1usize];
    ["Offset of field: v4l2_ctrl_hevc_scaling_matrix::scaling_list_4x4"]
        [::core::mem::offset_of!(v4l2_ctrl_hevc_scaling_matrix, scaling_list_4x4) - 0usize];
    ["Offset of field: v4l2_ctrl_hevc_scaling_matrix::scaling_list_8x8"]
        [::core::mem::offset_of!(v4l2_ctrl_hevc_scaling_matrix, scaling_list_8x8) - 96usize];
    ["Offset of field: v4l2_ctrl_hevc_scaling_matrix::scaling_list_16x16"]
        [::core::mem::offset_of!(v4l2_ctrl_hevc_scaling_matrix, scaling_list_16x16) - 480usize];
    ["Offset of field: v4l2_ctrl_hevc_scaling_matrix::scaling_list_32x32"]
        [::core::mem::offset_of!(v4l2_ctrl_hevc_scaling_matrix, scaling_list_32x32) - 864usize];
    ["Offset of field: v4l2_ctrl_hevc_scaling_matrix::scaling_list_dc_coef_16x16"][::core::mem::offset_of!(
        v4l2_ctrl_hevc_scaling_matrix,
        scaling_list_dc_coef_16x16
    ) - 992usize];
    ["Offset of field: v4l2_ctrl_hevc_scaling_matrix::scaling_list_dc_coef_32x32"][::core::mem::offset_of!(
        v4l2_ctrl_hevc_scaling_matrix,
        scaling_list_dc_coef_32x32
    ) - 998usize];
};
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct v4l2_vp9_loop_filter {
    pub ref_deltas: [__s8; 4usize],
    pub mode_deltas: [__s8; 2usize],
    pub level: __u8,
    pub sharpness: __u8,
    pub flags: __u8,
    pub reserved: [__u8; 7usize],
}
#[allow(clippy::unnecessary_operation, clippy::identity_op)]
const _: () = {
    ["Size of v4l2_vp9_loop_filter"][::core::mem::size_of::<v4l2_vp9_loop_filter>() - 16usize];
    ["Alignment of v4l2_vp9_loop_filter"][::core::mem::align_of::<v4l2_vp9_loop_filter>() - 1usize];
    ["Offset of field: v4l2_vp9_loop_filter::ref_deltas"]
        [::core::mem::offset_of!(v4l2_vp9_loop_filter, ref_deltas) - 0usize];
    ["Offset of field: v4l2_vp9_loop_filter::mode_deltas"]
        [::core::mem::offset_of!(v4l2_vp9_loop_filter, mode_deltas) - 4usize];
    ["Offset of field: v4l2_vp9_loop_filter::level"]
        [::core::mem::offset_of!(v4l2_vp9_loop_filter, level) - 6usize];
    ["Offset of field: v4l2_vp9_loop_filter::sharpness"]
        [::core::mem::offset_of!(v4l2_vp9_loop_filter, sharpness) - 7usize];
    ["Offset of field: v4l2_vp9_loop_filter::flags"]
        [::core::mem::offset_of!(v4l2_vp9_loop_filter, flags) - 8usize];
    ["Offset of field: v4l2_vp9_loop_filter::reserved"]
        [::core::mem::offset_of!(v4l2_vp9_loop_filter, reserved) - 9usize];
};
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct v4l2_vp9_quantization {
    pub base_q_idx: __u8,
    pub delta_q_y_dc: __s8,
    pub delta_q_uv_dc: __s8,
    pub delta_q_uv_ac: __s8,
    pub reserved: [__u8; 4usize],
}
#[allow(clippy::unnecessary_operation, clippy::identity_op)]
const _: () = {
    ["Size of v4l2_vp9_quantization"][::core::mem::size_of::<v4l2_vp9_quantization>() - 8usize];
    ["Alignment of v4l2_vp9_quantization"]
        [::core::mem::align_of::<v4l2_vp9_quantization>() - 1usize];
    ["Offset of field: v4l2_vp9_quantization::base_q_idx"]
        [::core::mem::offset_of!(v4l2_vp9_quantization, base_q_idx) - 0usize];
    ["Offset of field: v4l2_vp9_quantization::delta_q_y_dc"]
        [::core::mem::offset_of!(v4l2_vp9_quantization, delta_q_y_dc) - 1usize];
    ["Offset of field: v4l2_vp9_quantization::delta_q_uv_dc"]
        [::core::mem::offset_of!(v4l2_vp9_quantization, delta_q_uv_dc) - 2usize];
    ["Offset of field: v4l2_vp9_quantization::delta_q_uv_ac"]
        [::core::mem::offset_of!(v4l2_vp9_quantization, delta_q_uv_ac) - 3usize];
    ["Offset of field: v4l2_vp9_quantization::reserved"]
        [::core::mem::offset_of!(v4l2_vp9_quantization, reserved) - 4usize];
};
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct v4l2_vp9_segmentation {
    pub feature_data: [[__s16; 4usize]; 8usize],
    pub feature_enabled: [__u8; 8usize],
    pub tree_probs: [__u8; 7usize],
    pub pred_probs: [__u8; 3usize],
    pub flags: __u8,
    pub reserved: [__u8; 5usize],
}
#[allow(clippy::unnecessary_operation, clippy::identity_op)]
const _: () = {
    ["Size of v4l2_vp9_segmentation"][::core::mem::size_of::<v4l2_vp9_segmentation>() - 88usize];
    ["Alignment of v4l2_vp9_segmentation"]
        [::core::mem::align_of::<v4l2_vp9_segmentation>() - 2usize];
    ["Offset of field: v4l2_vp9_segmentation::feature_data"]
        [::core::mem::offset_of!(v4l2_vp9_segmentation, feature_data) - 0usize];
    ["Offset of field: v4l2_vp9_segmentation::feature_enabled"]
        [::core::mem::offset_of!(v4l2_vp9_segmentation, feature_enabled) - 64usize];
    ["Offset of field: v4l2_vp9_segmentation::tree_probs"]
        [::core::mem::offset_of!(v4l2_vp9_segmentation, tree_probs) - 72usize];
    ["Offset of field: v4l2_vp9_segmentation::pred_probs"]
        [::core::mem::offset_of!(v4l2_vp9_segmentation, pred_probs) - 79usize];
    ["Offset of field: v4l2_vp9_segmentation::flags"]
        [::core::mem::offset_of!(v4l2_vp9_segmentation, flags) - 82usize];
    ["Offset of field: v4l2_vp9_segmentation::reserved"]
        [::core::mem::offset_of!(v4l2_vp9_segmentation, reserved) - 83usize];
};
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct v4l2_ctrl_vp9_frame {
    pub lf: v4l2_vp9_loop_filter,
    pub quant: v4l2_vp9_quantization,
    pub seg: v4l2_vp9_segmentation,
    pub flags: __u32,
    pub compressed_header_size: __u16,
    pub uncompressed_header_size: __u16,
    pub frame_width_minus_1: __u16,
    pub frame_height_minus_1: __u16,
    pub render_width_minus_1: __u16,
    pub render_height_minus_1: __u16,
    pub last_frame_ts: __u64,
    pub golden_frame_ts: __u64,
    pub alt_frame_ts: __u64,
    pub ref_frame_sign_bias: __u8,
    pub reset_frame_context: __u8,
    pub frame_context_idx: __u8,
    pub profile: __u8,
    pub bit_depth: __u8,
    pub interpolation_filter: __u8,
    pub tile_cols_log2: __u8,
    pub tile_rows_log2: __u8,
    pub reference_mode: __u8,
    pub reserved: [__u8; 7usize],
}
#[allow(clippy::unnecessary_operation, clippy::identity_op)]
const _: () = {
    ["Size of v4l2_ctrl_vp9_frame"][::core::mem::size_of::<v4l2_ctrl_vp9_frame>() - 168usize];
    ["Alignment of v4l2_ctrl_vp9_frame"][::core::mem::align_of::<v4l2_ctrl_vp9_frame>() - 8usize];
    ["Offset of field: v4l2_ctrl_vp9_frame::lf"]
        [::core::mem::offset_of!(v4l2_ctrl_vp9_frame, lf) - 0usize];
    ["Offset of field: v4l2_ctrl_vp9_frame::quant"]
        [::core::mem::offset_of!(v4l2_ctrl_vp9_frame, quant) - 16usize];
    ["Offset of field: v4l2_ctrl_vp9_frame::seg"]
        [::core::mem::offset_of!(v4l2_ctrl_vp9_frame, seg) - 24usize];
    ["Offset of field: v4l2_ctrl_vp9_frame::flags"]
        [::core::mem::offset_of!(v4l2_ctrl_vp9_frame, flags) - 112usize];
    ["Offset of field: v4l2_ctrl_vp9_frame::compressed_header_size"]
        [::core::mem::offset_of!(v4l2_ctrl_vp9_frame, compressed_header_size) - 116usize];
    ["Offset of field: v4l2_ctrl_vp9_frame::uncompressed_header_size"]
        [::core::mem::offset_of!(v4l2_ctrl_vp9_frame, uncompressed_header_size) - 118usize];
    ["Offset of field: v4l2_ctrl_vp9_frame::frame_width_minus_1"]
        [::core::mem::offset_of!(v4l2_ctrl_vp9_frame, frame_width_minus_1) - 120usize];
    ["Offset of field: v4l2_ctrl_vp9_frame::frame_height_minus_1"]
        [::core::mem::offset_of!(v4l2_ctrl_vp9_frame, frame_height_minus_1) - 122usize];
    ["Offset of field: v4l2_ctrl_vp9_frame::render_width_minus_1"]
        [::core::mem::offset_of!(v4l2_ctrl_vp9_frame, render_width_minus_1) - 124usize];
    ["Offset of field: v4l2_ctrl_vp9_frame::render_height_minus_1"]
        [::core::mem::offset_of!(v4l2_ctrl_vp9_frame, render_height_minus_1) - 126usize];
    ["Offset of field: v4l2_ctrl_vp9_frame::last_frame_ts"]
        [::core::mem::offset_of!(v4l2_ctrl_vp9_frame, last_frame_ts) - 128usize];
    ["Offset of field: v4l2_ctrl_vp9_frame::golden_frame_ts"]
        [::core::mem::offset_of!(v4l2_ctrl_vp9_frame, golden_frame_ts) - 136usize];
    ["Offset of field: v4l2_ctrl_vp9_frame::alt_frame_ts"]
        [::core::mem::offset_of!(v4l2_ctrl_vp9_frame, alt_frame_ts) - 144usize];
    ["Offset of field: v4l2_ctrl_vp9_frame::ref_frame_sign_bias"]
        [::core::mem::offset_of!(v4l2_ctrl_vp9_frame, ref_frame_sign_bias) - 152usize];
    ["Offset of field: v4l2_ctrl_vp9_frame::reset_frame_context"]
        [::core::mem::offset_of!(v4l2_ctrl_vp9_frame, reset_frame_context) - 153usize];
    ["Offset of field: v4l2_ctrl_vp9_frame::frame_context_idx"]
        [::core::mem::offset_of!(v4l2_ctrl_vp9_frame, frame_context_idx) - 154usize];
    ["Offset of field: v4l2_ctrl_vp9_frame::profile"]
        [::core::mem::offset_of!(v4l2_ctrl_vp9_frame, profile) - 155usize];
    ["Offset of field: v4l2_ctrl_vp9_frame::bit_depth"]
        [::core::mem::offset_of!(v4l2_ctrl_vp9_frame, bit_depth) - 156usize];
    ["Offset of field: v4l2_ctrl_vp9_frame::interpolation_filter"]
        [::core::mem::offset_of!(v4l2_ctrl_vp9_frame, interpolation_filter) - 157usize];
    ["Offset of field: v4l2_ctrl_vp9_frame::tile_cols_log2"]
        [::core::mem::offset_of!(v4l2_ctrl_vp9_frame, tile_cols_log2) - 158usize];
    ["Offset of field: v4l2_ctrl_vp9_frame::tile_rows_log2"]
        [::core::mem::offset_of!(v4l2_ctrl_vp9_frame, tile_rows_log2) - 159usize];
    ["Offset of field: v4l2_ctrl_vp9_frame::reference_mode"]
        [::core::mem::offset_of!(v4l2_ctrl_vp9_frame, reference_mode) - 160usize];
    ["Offset of field: v4l2_ctrl_vp9_frame::reserved"]
        [::core::mem::offset_of!(v4l2_ctrl_vp9_frame, reserved) - 161usize];
};
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct v4l2_vp9_mv_probs {
    pub joint: [__u8; 3usize],
    pub sign: [__u8; 2usize],
    pub classes: [[__u8; 10usize]; 2usize],
    pub class0_bit: [__u8; 2usize],
    pub bits: [[__u8; 10usize]; 2usize],
    pub class0_fr: [[[__u8; 3usize]; 2usize]; 2usize],
    pub fr: [[__u8; 3usize]; 2usize],
    pub class0_hp: [__u8; 2usize],
    pub hp: [__u8; 2usize],
}
#[allow(clippy::unnecessary_operation, clippy::identity_op)]
const _: () = {
    ["Size of v4l2_vp9_mv_probs"][::core::mem::size_of::<v4l2_vp9_mv_probs>() - 69usize];
    ["Alignment of v4l2_vp9_mv_probs"][::core::mem::align_of::<v4l2_vp9_mv_probs>() - 1usize];
    ["Offset of field: v4l2_vp9_mv_probs::joint"]
        [::core::mem::offset_of!(v4l2_vp9_mv_probs, joint) - 0usize];
    ["Offset of field: v4l2_vp9_mv_probs::sign"]
        [::core::mem::offset_of!(v4l2_vp9_mv_probs, sign) - 3usize];
    ["Offset of field: v4l2_vp9_mv_probs::classes"]
        [::core::mem::offset_of!(v4l2_vp9_mv_probs, classes) - 5usize];
    ["Offset of field: v4l2_vp9_mv_probs::class0_bit"]
        [::core::mem::offset_of!(v4l2_vp9_mv_probs, class0_bit) - 25usize];
    ["Offset of field: v4l2_vp9_mv_probs::bits"]
        [::core::mem::offset_of!(v4l2_vp9_mv_probs, bits) - 27usize];
    ["Offset of field: v4l2_vp9_mv_probs::class0_fr"]
        [::core::mem::offset_of!(v4l2_vp9_mv_probs, class0_fr) - 47usize];
    ["Offset of field: v4l2_vp9_mv_probs::fr"]
        [::core::mem::offset_of!(v4l2_vp9_mv_probs, fr) - 59usize];
    ["Offset of field: v4l2_vp9_mv_probs::class0_hp"]
        [::core::mem::offset_of!(v4l2_vp9_mv_probs, class0_hp) - 65usize];
    ["Offset of field: v4l2_vp9_mv_probs::hp"]
        [::core::mem::offset_of!(v4l2_vp9_mv_probs, hp) - 67usize];
};
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct v4l2_ctrl_vp9_compressed_hdr {
    pub tx_mode: __u8,
    pub tx8: [[__u8; 1usize]; 2usize],
    pub tx16: [[__u8; 2usize]; 2usize],
    pub tx32: [[__u8; 3usize]; 2usize],
    pub coef: [[[[[[__u8; 3usize]; 6usize]; 6usize]; 2usize]; 2usize]; 4usize],
    pub skip: [__u8; 3usize],
    pub inter_mode: [[__u8; 3usize]; 7usize],
    pub interp_filter: [[__u8; 2usize]; 4usize],
    pub is_inter: [__u8; 4usize],
    pub comp_mode: [__u8; 5usize],
    pub single_ref: [[__u8; 2usize]; 5usize],
    pub comp_ref: [__u8; 5usize],
    pub y_mode: [[__u8; 9usize]; 4usize],
    pub uv_mode: [[__u8; 9usize]; 10usize],
    pub partition: [[__u8; 3usize]; 16usize],
    pub mv: v4l2_vp9_mv_probs,
}
#[allow(clippy::unnecessary_operation, clippy::identity_op)]
const _: () = {
    ["Size of v4l2_ctrl_vp9_compressed_hdr"]
        [::core::mem::size_of::<v4l2_ctrl_vp9_compressed_hdr>() - 2040usize];
    ["Alignment of v4l2_ctrl_vp9_compressed_hdr"]
        [::core::mem::align_of::<v4l2_ctrl_vp9_compressed_hdr>() - 1usize];
    ["Offset of field: v4l2_ctrl_vp9_compressed_hdr::tx_mode"]
        [::core::mem::offset_of!(v4l2_ctrl_vp9_compressed_hdr, tx_mode) - 0usize];
    ["Offset of field: v4l2_ctrl_vp9_compressed_hdr::tx8"]
        [::core::mem::offset_of!(v4l2_ctrl_vp9_compressed_hdr, tx8) - 1usize];
    ["Offset of field: v4l2_ctrl_vp9_compressed_hdr::tx16"]
        [::core::mem::offset_of!(v4l2_ctrl_vp9_compressed_hdr, tx16) - 3usize];
    ["Offset of field: v4l2_ctrl_vp9_compressed_hdr::tx32"]
        [::core::mem::offset_of!(v4l2_ctrl_vp9_compressed_hdr, tx32) - 7usize];
    ["Offset of field: v4l2_ctrl_vp9_compressed_hdr::coef"]
        [::core::mem::offset_of!(v4l2_ctrl_vp9_compressed_hdr, coef) - 13usize];
    ["Offset of field: v4l2_ctrl_vp9_compressed_hdr::skip"]
        [::core::mem::offset_of!(v4l2_ctrl_vp9_compressed_hdr, skip) - 1741usize];
    ["Offset of field: v4l2_ctrl_vp9_compressed_hdr::inter_mode"]
        [::core::mem::offset_of!(v4l2_ctrl_vp9_compressed_hdr, inter_mode) - 1744usize];
    ["Offset of field: v4l2_ctrl_vp9_compressed_hdr::interp_filter"]
        [::core::mem::offset_of!(v4l2_ctrl_vp9_compressed_hdr, interp_filter) - 1765usize];
    ["Offset of field: v4l2_ctrl_vp9_compressed_hdr::is_inter"]
        [::core::mem::offset_of!(v4l2_ctrl_vp9_compressed_hdr, is_inter) - 1773usize];
    ["Offset of field: v4l2_ctrl_vp9_compressed_hdr::comp_mode"]
        [::core::mem::offset_of!(v4l2_ctrl_vp9_compressed_hdr, comp_mode) - 1777usize];
    ["Offset of field: v4l2_ctrl_vp9_compressed_hdr::single_ref"]
        [::core::mem::offset_of!(v4l2_ctrl_vp9_compressed_hdr, single_ref) - 1782usize];
    ["Offset of field: v4l2_ctrl_vp9_compressed_hdr::comp_ref"]
        [::core::mem::offset_of!(v4l2_ctrl_vp9_compressed_hdr, comp_ref) - 1792usize];
    ["Offset of field: v4l2_ctrl_vp9_compressed_hdr::y_mode"]
        [::core::mem::offset_of!(v4l2_ctrl_vp9_compressed_hdr, y_mode) - 1797usize];
    ["Offset of field: v4l2_ctrl_vp9_compressed_hdr::uv_mode"]
        [::core::mem::offset_of!(v4l2_ctrl_vp9_compressed_hdr, uv_mode) - 1833usize];
    ["Offset of field: v4l2_ctrl_vp9_compressed_hdr::partition"]
        [::core::mem::offset_of!(v4l2_ctrl_vp9_compressed_hdr, partition) - 1923usize];
    ["Offset of field: v4l2_ctrl_vp9_compressed_hdr::mv"]
        [::core::mem::offset_of!(v4l2_ctrl_vp9_compressed_hdr, mv) - 1971usize];
};
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct v4l2_rect {
    pub left: __s32,
    pub top: __s32,
    pub width: __u32,
    pub height: __u32,
}
#[allow(clippy::unnecessary_operation, clippy::identity_op)]
const _: () = {
    ["Size of v4l2_rect"][::core::mem::size_of::<v4l2_rect>() - 16usize];
    ["Alignment of v4l2_rect"][::core::mem::align_of::<v4l2_rect>() - 4usize];
    ["Offset of field: v4l2_rect::left"][::core::mem::offset_of!(v4l2_rect, left) - 0usize];
    ["Offset of field: v4l2_rect::top"][::core::mem::offset_of!(v4l2_rect, top) - 4usize];
    ["Offset of field: v4l2_rect::width"][::core::mem::offset_of!(v4l2_rect, width) - 8usize];
    ["Offset of field: v4l2_rect::height"][::core::mem::offset_of!(v4l2_rect, height) - 12usize];
};
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct v4l2_fract {
    pub numerator: __u32,
    pub denominator: __u32,
}
#[allow(clippy::unnecessary_operation, clippy::identity_op)]
const _: () = {
    ["Size of v4l2_fract"][::core::mem::size_of::<v4l2_fract>() - 8usize];
    ["Alignment of v4l2_fract"][::core::mem::align_of::<v4l2_fract>() - 4usize];
    ["Offset of field: v4l2_fract::numerator"]
        [::core::mem::offset_of!(v4l2_fract, numerator) - 0usize];
    ["Offset of field: v4l2_fract::denominator"]
        [::core::mem::offset_of!(v4l2_fract, denominator) - 4usize];
};
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct v4l2_area {
    pub width: __u32,
    pub height: __u32,
}
#[allow(clippy::unnecessary_operation, clippy::identity_op)]
const _: () = {
    ["Size of v4l2_area"][::core::mem::size_of::<v4l2_area>() - 8usize];
    ["Alignment of v4l2_area"][::core::mem::align_of::<v4l2_area>() - 4usize];
    ["Offset of field: v4l2_area::width"][::core::mem::offset_of!(v4l2_area, width) - 0usize];
    ["Offset of field: v4l2_area::height"][::core::mem::offset_of!(v4l2_area, height) - 4usize];
};
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct v4l2_capability {
    pub driver: [__u8; 16usize],
    pub card: [__u8; 32usize],
    pub bus_info: [__u8; 32usize],
    pub version: __u32,
    pub capabilities: __u32,
    pub device_caps: __u32,
    pub reserved: [__u32; 3usize],
}
#[allow(clippy::unnecessary_operation, clippy::identity_op)]
const _: () = {
    ["Size of v4l2_capability"][::core::mem::size_of::<v4l2_capability>() - 104usize];
    ["Alignment of v4l2_capability"][::core::mem::align_of::<v4l2_capability>() - 4usize];
    ["Offset of field: v4l2_capability::driver"]
        [::core::mem::offset_of!(v4l2_capability, driver) - 0usize];
    ["Offset of field: v4l2_capability::card"]
        [::core::mem::offset_of!(v4l2_capability, card) - 16usize];
    ["Offset of field: v4l2_capability::bus_info"]
        [::core::mem::offset_of!(v4l2_capability, bus_info) - 48usize];
    ["Offset of field: v4l2_capability::version"]
        [::core::mem::offset_of!(v4l2_capability, version) - 80usize];
    ["Offset of field: v4l2_capability::capabilities"]
        [::core::mem::offset_of!(v4l2_capability, capabilities) - 84usize];
    ["Offset of field: v4l2_capability::device_caps"]
        [::core::mem::offset_of!(v4l2_capability, device_caps) - 88usize];
    ["Offset of field: v4l2_capability::reserved"]
        [::core::mem::offset_of!(v4l2_capability, reserved) - 92usize];
};
#[repr(C)]
#[derive(Copy, Clone)]
pub struct v4l2_pix_format {
    pub width: __u32,
    pub height: __u32,
    pub pixelformat: __u32,
    pub field: __u32,
    pub bytesperline: __u32,
    pub sizeimage: __u32,
    pub colorspace: __u32,
    pub priv_: __u32,
    pub flags: __u32,
    pub __bindgen_anon_1: v4l2_pix_format__bindgen_ty_1,
    pub quantization: __u32,
    pub xfer_func: __u32,
}
#[repr(C)]
#[derive(Copy, Clone)]
pub union v4l2_pix_format__bindgen_ty_1 {
    pub ycbcr_enc: __u32,
    pub hsv_enc: __u32,
}
#[allow(clippy::unnecessary_operation, clippy::identity_op)]
const _: () = {
    ["Size of v4l2_pix_format__bindgen_ty_1"]
        [::core::mem::size_of::<v4l2_pix_format__bindgen_ty_1>() - 4usize];
    ["Alignment of v4l2_pix_format__bindgen_ty_1"]
        [::core::mem::align_of::<v4l2_pix_format__bindgen_ty_1>() - 4usize];
    ["Offset of field: v4l2_pix_format__bindgen_ty_1::ycbcr_enc"]
        [::core::mem::offset_of!(v4l2_pix_format__bindgen_ty_1, ycbcr_enc) - 0usize];
    ["Offset of field: v4l2_pix_format__bindgen_ty_1::hsv_enc"]
        [::core::mem::offset_of!(v4l2_pix_format__bindgen_ty_1, hsv_enc) - 0usize];
};
#[allow(clippy::unnecessary_operation, clippy::identity_op)]
const _: () = {
    ["Size of v4l2_pix_format"][::core::mem::size_of::<v4l2_pix_format>() - 48usize];
    ["Alignment of v4l2_pix_format"][::core::mem::align_of::<v4l2_pix_format>() - 4usize];
    ["Offset of field: v4l2_pix_format::width"]
        [::core::mem::offset_of!(v4l2_pix_format, width) - 0usize];
    ["Offset of field: v4l2_pix_format::height"]
        [::core::mem::offset_of!(v4l2_pix_format, height) - 4usize];
    ["Offset of field: v4l2_pix_format::pixelformat"]
        [::core::mem::offset_of!(v4l2_pix_format, pixelformat) - 8usize];
    ["Offset of field: v4l2_pix_format::field"]
        [::core::mem::offset_of!(v4l2_pix_format, field) - 12usize];
    ["Offset of field: v4l2_pix_format::bytesperline"]
        [::core::mem::offset_of!(v4l2_pix_format, bytesperline) - 16usize];
    ["Offset of field: v4l2_pix_format::sizeimage"]
        [::core::mem::offset_of!(v4l2_pix_format, sizeimage) - 20usize];
    ["Offset of field: v4l2_pix_format::colorspace"]
        [::core::mem::offset_of!(v4l2_pix_format, colorspace) - 24usize];
    ["Offset of field: v4l2_pix_format::priv_"]
        [::core::mem::offset_of!(v4l2_pix_format, priv_) - 28usize];
    ["Offset of field: v4l2_pix_format::flags"]
        [::core::mem::offset_of!(v4l2_pix_format, flags) - 32usize];
    ["Offset of field: v4l2_pix_format::quantization"]
        [::core::mem::offset_of!(v4l2_pix_format, quantization) - 40usize];
    ["Offset of field: v4l2_pix_format::xfer_func"]
        [::core::mem::offset_of!(v4l2_pix_format, xfer_func) - 44usize];
};
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct v4l2_fmtdesc {
    pub index: __u32,
    pub type_: __u32,
    pub flags: __u32,
    pub description: [__u8; 32usize],
    pub pixelformat: __u32,
    pub mbus_code: __u32,
    pub reserved: [__u32; 3usize],
}
#[allow(clippy::unnecessary_operation, clippy::identity_op)]
const _: () = {
    ["Size of v4l2_fmtdesc"][::core::mem::size_of::<v4l2_fmtdesc>() - 64usize];
    ["Alignment of v4l2_fmtdesc"][::core::mem::align_of::<v4l2_fmtdesc>() - 4usize];
    ["Offset of field: v4l2_fmtdesc::index"][::core::mem::offset_of!(v4l2_fmtdesc, index) - 0usize];
    ["Offset of field: v4l2_fmtdesc::type_"][::core::mem::offset_of!(v4l2_fmtdesc, type_) - 4usize];
    ["Offset of field: v4l2_fmtdesc::flags"][::core::mem::offset_of!(v4l2_fmtdesc, flags) - 8usize];
    ["Offset of field: v4l2_fmtdesc::description"]
        [::core::mem::offset_of!(v4l2_fmtdesc, description) - 12usize];
    ["Offset of field: v4l2_fmtdesc::pixelformat"]
        [::core::mem::offset_of!(v4l2_fmtdesc, pixelformat) - 44usize];
    ["Offset of field: v4l2_fmtdesc::mbus_code"]
        [::core::mem::offset_of!(v4l2_fmtdesc, mbus_code) - 48usize];
    ["Offset of field: v4l2_fmtdesc::reserved"]
        [::core::mem::offset_of!(v4l2_fmtdesc, reserved) - 52usize];
};
pub const v4l2_frmsizetypes_V4L2_FRMSIZE_TYPE_DISCRETE: v4l2_frmsizetypes = 1;
pub const v4l2_frmsizetypes_V4L2_FRMSIZE_TYPE_CONTINUOUS: v4l2_frmsizetypes = 2;
pub const v4l2_frmsizetypes_V4L2_FRMSIZE_TYPE_STEPWISE: v4l2_frmsizetypes = 3;
pub type v4l2_frmsizetypes = ::core::ffi::c_uint;
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct v4l2_frmsize_discrete {
    pub width: __u32,
    pub height: __u32,
}
#[allow(clippy::unnecessary_operation, clippy::identity_op)]
const _: () = {
    ["Size of v4l2_frmsize_discrete"][::core::mem::size_of::<v4l2_frmsize_discrete>() - 8usize];
    ["Alignment of v4l2_frmsize_discrete"]
        [::core::mem::align_of::<v4l2_frmsize_discrete>() - 4usize];
    ["Offset of field: v4l2_frmsize_discrete::width"]
        [::core::mem::offset_of!(v4l2_frmsize_discrete, width) - 0usize];
    ["Offset of field: v4l2_frmsize_discrete::height"]
        [::core::mem::offset_of!(v4l2_frmsize_discrete, height) - 4usize];
};
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct v4l2_frmsize_stepwise {
    pub min_width: __u32,
    pub max_width: __u32,
    pub step_width: __u32,
    pub min_height: __u32,
    pub max_height: __u32,
    pub step_height: __u32,
}
#[allow(clippy::unnecessary_operation, clippy::identity_op)]
const _: () = {
    ["Size of v4l2_frmsize_stepwise"][::core::mem::size_of::<v4l2_frmsize_stepwise>() - 24usize];
    ["Alignment of v4l2_frmsize_stepwise"]
        [::core::mem::align_of::<v4l2_frmsize_stepwise>() - 4usize];
    ["Offset of field: v4l2_frmsize_stepwise::min_width"]
        [::core::mem::offset_of!(v4l2_frmsize_stepwise, min_width) - 0usize];
    ["Offset of field: v4l2_frmsize_stepwise::max_width"]
        [::core::mem::offset_of!(v4l2_frmsize_stepwise, max_width) - 4usize];
    ["Offset of field: v4l2_frmsize_stepwise::step_width"]
        [::core::mem::offset_of!(v4l2_frmsize_stepwise, step_width) - 8usize];
    ["Offset of field: v4l2_frmsize_stepwise::min_height"]
        [::core::mem::offset_of!(v4l2_frmsize_stepwise, min_height) - 12usize];
    ["Offset of field: v4l2_frmsize_stepwise::max_height"]
        [::core::mem::offset_of!(v4l2_frmsize_stepwise, max_height) - 16usize];
    ["Offset of field: v4l2_frmsize_stepwise::step_height"]
        [::core::mem::offset_of!(v4l2_frmsize_stepwise, step_height) - 20usize];
};
#[repr(C)]
#[derive(Copy, Clone)]
pub struct v4l2_frmsizeenum {
    pub index: __u32,
    pub pixel_format: __u32,
    pub type_: __u32,
    pub __bindgen_anon_1: v4l2_frmsizeenum__bindgen_ty_1,
    pub reserved: [__u32; 2usize],
}
#[repr(C)]
#[derive(Copy, Clone)]
pub union v4l2_frmsizeenum__bindgen_ty_1 {
    pub discrete: v4l2_frmsize_discrete,
    pub stepwise: v4l2_frmsize_stepwise,
}
#[allow(clippy::unnecessary_operation, clippy::identity_op)]
const _: () = {
    ["Size of v4l2_frmsizeenum__bindgen_ty_1"]
        [::core::mem::size_of::<v4l2_frmsizeenum__bindgen_ty_1>() - 24usize];
    ["Alignment of v4l2_frmsizeenum__bindgen_ty_1"]
        [::core::mem::align_of::<v4l2_frmsizeenum__bindgen_ty_1>() - 4usize];
    ["Offset of field: v4l2_frmsizeenum__bindgen_ty_1::discrete"]
        [::core::mem::offset_of!(v4l2_frmsizeenum__bindgen_ty_1, discrete) - 0usize];
    ["Offset of field: v4l2_frmsizeenum__bindgen_ty_1::stepwise"]
        [::core::mem::offset_of!(v4l2_frmsizeenum__bindgen_ty_1, stepwise) - 0usize];
};
#[allow(clippy::unnecessary_operation, clippy::identity_op)]
const _: () = {
    ["Size of v4l2_frmsizeenum"][::core::mem::size_of::<v4l2_frmsizeenum>() - 44usize];
    ["Alignment of v4l2_frmsizeenum"][::core::mem::align_of::<v4l2_frmsizeenum>() - 4usize];
    ["Offset of field: v4l2_frmsizeenum::index"]
        [::core::mem::offset_of!(v4l2_frmsizeenum, index) - 0usize];
    ["Offset of field: v4l2_frmsizeenum::pixel_format"]
        [::core::mem::offset_of!(v4l2_frmsizeenum, pixel_format) - 4usize];
    ["Offset of field: v4l2_frmsizeenum::type_"]
        [::core::mem::offset_of!(v4l2_frmsizeenum, type_) - 8usize];
    ["Offset of field: v4l2_frmsizeenum::reserved"]
        [::core::mem::offset_of!(v4l2_frmsizeenum, reserved) - 36usize];
};
pub const v4l2_frmivaltypes_V4L2_FRMIVAL_TYPE_DISCRETE: v4l2_frmivaltypes = 1;
pub const v4l2_frmivaltypes_V4L2_FRMIVAL_TYPE_CONTINUOUS: v4l2_frmivaltypes = 2;
pub const v4l2_frmivaltypes_V4L2_FRMIVAL_TYPE_STEPWISE: v4l2_frmivaltypes = 3;
pub type v4l2_frmivaltypes = ::core::ffi::c_uint;
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct v4l2_frmival_stepwise {
    pub min: v4l2_fract,
    pub max: v4l2_fract,
    pub step: v4l2_fract,
}
#[allow(clippy::unnecessary_operation, clippy::identity_op)]
const _: () = {
    ["Size of v4l2_frmival_stepwise"][::core::mem::size_of::<v4l2_frmival_stepwise>() - 24usize];
    ["Alignment of v4l2_frmival_stepwise"]
        [::core::mem::align_of::<v4l2_frmival_stepwise>() - 4usize];
    ["Offset of field: v4l2_frmival_stepwise::min"]
        [::core::mem::offset_of!(v4l2_frmival_stepwise, min) - 0usize];
    ["Offset of field: v4l2_frmival_stepwise::max"]
        [::core::mem::offset_of!(v4l2_frmival_stepwise, max) - 8usize];
    ["Offset of field: v4l2_frmival_stepwise::step"]
        [::core::mem::offset_of!(v4l2_frmival_stepwise, step) - 16usize];
};
#[repr(C)]
#[derive(Copy, Clone)]
pub struct v4l2_frmivalenum {
    pub index: __u32,
    pub pixel_format: __u32,
    pub width: __u32,
    pub height: __u32,
    pub type_: __u32,
    pub __bindgen_anon_1: v4l2_frmivalenum__bindgen_ty_1,
    pub reserved: [__u32; 2usize],
}
#[repr(C)]
#[derive(Copy, Clone)]
pub union v4l2_frmivalenum__bindgen_ty_1 {
    pub discrete: v4l2_fract,
    pub stepwise: v4l2_frmival_stepwise,
}
#[allow(clippy::unnecessary_operation, clippy::identity_op)]
const _: () = {
    ["Size of v4l2_frmivalenum__bindgen_ty_1"]
        [::core::mem::size_of::<v4l2_frmivalenum__bindgen_ty_1>() - 24usize];
    ["Alignment of v4l2_frmivalenum__bindgen_ty_1"]
        [::core::mem::align_of::<v4l2_frmivalenum__bindgen_ty_1>() - 4usize];
    ["Offset of field: v4l2_frmivalenum__bindgen_ty_1::discrete"]
        [::core::mem::offset_of!(v4l2_frmivalenum__bindgen_ty_1, discrete) - 0usize];
    ["Offset of field: v4l2_frmivalenum__bindgen_ty_1::stepwise"]
        [::core::mem::offset_of!(v4l2_frmivalenum__bindgen_ty_1, stepwise) - 0usize];
};
#[allow(clippy::unnecessary_operation, clippy::identity_op)]
const _: () = {
    ["Size of v4l2_frmivalenum"][::core::mem::size_of::<v4l2_frmivalenum>() - 52usize];
    ["Alignment of v4l2_frmivalenum"][::core::mem::align_of::<v4l2_frmivalenum>() - 4usize];
    ["Offset of field: v4l2_frmivalenum::index"]
        [::core::mem::offset_of!(v4l2_frmivalenum, index) - 0usize];
    ["Offset of field: v4l2_frmivalenum::pixel_format"]
        [::core::mem::offset_of!(v4l2_frmivalenum, pixel_format) - 4usize];
    ["Offset of field: v4l2_frmivalenum::width"]
        [::core::mem::offset_of!(v4l2_frmivalenum, width) - 8usize];
    ["Offset of field: v4l2_frmivalenum::height"]
        [::core::mem::offset_of!(v4l2_frmivalenum, height) - 12usize];
    ["Offset of field: v4l2_frmivalenum::type_"]
        [::core::mem::offset_of!(v4l2_frmivalenum, type_) - 16usize];
    ["Offset of field: v4l2_frmivalenum::reserved"]
        [::core::mem::offset_of!(v4l2_frmivalenum, reserved) - 44usize];
};
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct v4l2_timecode {
    pub type_: __u32,
    pub flags: __u32,
    pub frames: __u8,
    pub seconds: __u8,
    pub minutes: __u8,
    pub hours: __u8,
    pub userbits: [__u8; 4usize],
}
#[allow(clippy::unnecessary_operation, clippy::identity_op)]
const _: () = {
    ["Size of v4l2_timecode"][::core::mem::size_of::<v4l2_timecode>() - 16usize];
    ["Alignment of v4l2_timecode"][::core::mem::align_of::<v4l2_timecode>() - 4usize];
    ["Offset of field: v4l2_timecode::type_"]
        [::core::mem::offset_of!(v4l2_timecode, type_) - 0usize];
    ["Offset of field: v4l2_timecode::flags"]
        [::core::mem::offset_of!(v4l2_timecode, flags) - 4usize];
    ["Offset of field: v4l2_timecode::frames"]
        [::core::mem::offset_of!(v4l2_timecode, frames) - 8usize];
    ["Offset of field: v4l2_timecode::seconds"]
        [::core::mem::offset_of!(v4l2_timecode, seconds) - 9usize];
    ["Offset of field: v4l2_timecode::minutes"]
        [::core::mem::offset_of!(v4l2_timecode, minutes) - 10usize];
    ["Offset of field: v4l2_timecode::hours"]
        [::core::mem::offset_of!(v4l2_timecode, hours) - 11usize];
    ["Offset of field: v4l2_timecode::userbits"]
        [::core::mem::offset_of!(v4l2_timecode, userbits) - 12usize];
};
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct v4l2_jpegcompression {
    pub quality: ::core::ffi::c_int,
    pub APPn: ::core::ffi::c_int,
    pub APP_len: ::core::ffi::c_int,
    pub APP_data: [::core::ffi::c_char; 60usize],
    pub COM_len: ::core::ffi::c_int,
    pub COM_data: [::core::ffi::c_char; 60usize],
    pub jpeg_markers: __u32,
}
#[allow(clippy::unnecessary_operation, clippy::identity_op)]
const _: () = {
    ["Size of v4l2_jpegcompression"][::core::mem::size_of::<v4l2_jpegcompression>() - 140usize];
    ["Alignment of v4l2_jpegcompression"][::core::mem::align_of::<v4l2_jpegcompression>() - 4usize];
    ["Offset of field: v4l2_jpegcompression::quality"]
        [::core::mem::offset_of!(v4l2_jpegcompression, quality) - 0usize];
    ["Offset of field: v4l2_jpegcompression::APPn"]
        [::core::mem::offset_of!(v4l2_jpegcompression, APPn) - 4usize];
    ["Offset of field: v4l2_jpegcompression::APP_len"]
        [::core::mem::offset_of!(v4l2_jpegcompression, APP_len) - 8usize];
    ["Offset of field: v4l2_jpegcompression::APP_data"]
        [::core::mem::offset_of!(v4l2_jpegcompression, APP_data) - 12usize];
    ["Offset of field: v4l2_jpegcompression::COM_len"]
        [::core::mem::offset_of!(v4l2_jpegcompression, COM_len) - 72usize];
    ["Offset of field: v4l2_jpegcompression::COM_data"]
        [::core::mem::offset_of!(v4l2_jpegcompression, COM_data) - 76usize];
    ["Offset of field: v4l2_jpegcompression::jpeg_markers"]
        [::core::mem::offset_of!(v4l2_jpegcompression, jpeg_markers) - 136usize];
};
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct v4l2_requestbuffers {
    pub count: __u32,
    pub type_: __u32,
    pub memory: __u32,
    pub capabilities: __u32,
    pub flags: __u8,
    pub reserved: [__u8; 3usize],
}
#[allow(clippy::unnecessary_operation, clippy::identity_op)]
const _: () = {
    ["Size of v4l2_requestbuffers"][::core::mem::size_of::<v4l2_requestbuffers>() - 20usize];
    ["Alignment of v4l2_requestbuffers"][::core::mem::align_of::<v4l2_requestbuffers>() - 4usize];
    ["Offset of field: v4l2_requestbuffers::count"]
        [::core::mem::offset_of!(v4l2_requestbuffers, count) - 0usize];
    ["Offset of field: v4l2_requestbuffers::type_"]
        [::core::mem::offset_of!(v4l2_requestbuffers, type_) - 4usize];
    ["Offset of field: v4l2_requestbuffers::memory"]
        [::core::mem::offset_of!(v4l2_requestbuffers, memory) - 8usize];
    ["Offset of field: v4l2_requestbuffers::capabilities"]
        [::core::mem::offset_of!(v4l2_requestbuffers, capabilities) - 12usize];
    ["Offset of field: v4l2_requestbuffers::flags"]
        [::core::mem::offset_of!(v4l2_requestbuffers, flags) - 16usize];
    ["Offset of field: v4l2_requestbuffers::reserved"]
        [::core::mem::offset_of!(v4l2_requestbuffers, reserved) - 17usize];
};
#[repr(C)]
#[derive(Copy, Clone)]
pub struct v4l2_plane {
    pub bytesused: __u32,
    pub length: __u32,
    pub m: v4l2_plane__bindgen_ty_1,
    pub data_offset: __u32,
    pub reserved: [__u32; 11usize],
}
#[repr(C)]
#[derive(Copy, Clone)]
pub union v4l2_plane__bindgen_ty_1 {
    pub mem_offset: __u32,
    pub userptr: ::core::ffi::c_ulong,
    pub fd: __s32,
}
#[allow(clippy::unnecessary_operation, clippy::identity_op)]
const _: () = {
    ["Size of v4l2_plane__bindgen_ty_1"]
        [::core::mem::size_of::<v4l2_plane__bindgen_ty_1>() - 8usize];
    ["Alignment of v4l2_plane__bindgen_ty_1"]
        [::core::mem::align_of::<v4l2_plane__bindgen_ty_1>() - 8usize];
    ["Offset of field: v4l2_plane__bindgen_ty_1::mem_offset"]
        [::core::mem::offset_of!(v4l2_plane__bindgen_ty_1, mem_offset) - 0usize];
    ["Offset of field: v4l2_plane__bindgen_ty_1::userptr"]
        [::core::mem::offset_of!(v4l2_plane__bindgen_ty_1, userptr) - 0usize];
    ["Offset of field: v4l2_plane__bindgen_ty_1::fd"]
        [::core::mem::offset_of!(v4l2_plane__bindgen_ty_1, fd) - 0usize];
};
#[allow(clippy::unnecessary_operation, clippy::identity_op)]
const _: () = {
    ["Size of v4l2_plane"][::core::mem::size_of::<v4l2_plane>() - 64usize];
    ["Alignment of v4l2_plane"][::core::mem::align_of::<v4l2_plane>() - 8usize];
    ["Offset of field: v4l2_plane::bytesused"]
        [::core::mem::offset_of!(v4l2_plane, bytesused) - 0usize];
    ["Offset of field: v4l2_plane::length"][::core::mem::offset_of!(v4l2_plane, length) - 4usize];
    ["Offset of field: v4l2_plane::m"][::core::mem::offset_of!(v4l2_plane, m) - 8usize];
    ["Offset of field: v4l2_plane::data_offset"]
        [::core::mem::offset_of!(v4l2_plane, data_offset) - 16usize];
    ["Offset of field: v4l2_plane::reserved"]
        [::core::mem::offset_of!(v4l2_plane, reserved) - 20usize];
};
#[repr(C)]
#[derive(Copy, Clone)]
pub struct v4l2_buffer {
    pub index: __u32,
    pub type_: __u32,
    pub bytesused: __u32,
    pub flags: __u32,
    pub field: __u32,
    pub timestamp: timeval,
    pub timecode: v4l2_timecode,
    pub sequence: __u32,
    pub memory: __u32,
    pub m: v4l2_buffer__bindgen_ty_1,
    pub length: __u32,
    pub reserved2: __u32,
    pub __bindgen_anon_1: v4l2_buffer__bindgen_ty_2,
}
#[repr(C)]
#[derive(Copy, Clone)]
pub union v4l2_buffer__bindgen_ty_1 {
    pub offset: __u32,
    pub userptr: ::core::ffi::c_ulong,
    pub planes: *mut v4l2_plane,
    pub fd: __s32,
}
#[allow(clippy::unnecessary_operation, clippy::identity_op)]
const _: () = {
    ["Size of v4l2_buffer__bindgen_ty_1"]
        [::core::mem::size_of::<v4l2_buffer__bindgen_ty_1>() - 8usize];
    ["Alignment of v4l2_buffer__bindgen_ty_1"]
        [::core::mem::align_of::<v4l2_buffer__bindgen_ty_1>() - 8usize];
    ["Offset of field: v4l2_buffer__bindgen_ty_1::offset"]
        [::core::mem::offset_of!(v4l2_buffer__bindgen_ty_1, offset) - 0usize];
    ["Offset of field: v4l2_buffer__bindgen_ty_1::userptr"]
        [::core::mem::offset_of!(v4l2_buffer__bindgen_ty_1, userptr) - 0usize];
    ["Offset of field: v4l2_buffer__bindgen_ty_1::planes"]
        [::core::mem::offset_of!(v4l2_buffer__bindgen_ty_1, planes) - 0usize];
    ["Offset of field: v4l2_buffer__bindgen_ty_1::fd"]
        [::core::mem::offset_of!(v4l2_buffer__bindgen_ty_1, fd) - 0usize];
};
#[repr(C)]
#[derive(Copy, Clone)]
pub union v4l2_buffer__bindgen_ty_2 {
    pub request_fd: __s32,
    pub reserved: __u32,
}
#[allow(clippy::unnecessary_operation, clippy::identity_op)]
const _: () = {
    ["Size of v4l2_buffer__bindgen_ty_2"]
        [::core::mem::size_of::<v4l2_buffer__bindgen_ty_2>() - 4usize];
    ["Alignment of v4l2_buffer__bindgen_ty_2"]
        [::core::mem::align_of::<v4l2_buffer__bindgen_ty_2>() - 4usize];
    ["Offset of field: v4l2_buffer__bindgen_ty_2::request_fd"]
        [::core::mem::offset_of!(v4l2_buffer__bindgen_ty_2, request_fd) - 0usize];
    ["Offset of field: v4l2_buffer__bindgen_ty_2::reserved"]
        [::core::mem::offset_of!(v4l2_buffer__bindgen_ty_2, reserved) - 0usize];
};
#[allow(clippy::unnecessary_operation, clippy::identity_op)]
const _: () = {
    ["Size of v4l2_buffer"][::core::mem::size_of::<v4l2_buffer>() - 88usize];
    ["Alignment of v4l2_buffer"][::core::mem::align_of::<v4l2_buffer>() - 8usize];
    ["Offset of field: v4l2_buffer::index"][::core::mem::offset_of!(v4l2_buffer, index) - 0usize];
    ["Offset of field: v4l2_buffer::type_"][::core::mem::offset_of!(v4l2_buffer, type_) - 4usize];
    ["Offset of field: v4l2_buffer::bytesused"]
        [::core::mem::offset_of!(v4l2_buffer, bytesused) - 8usize];
    ["Offset of field: v4l2_buffer::flags"][::core::mem::offset_of!(v4l2_buffer, flags) - 12usize];
    ["Offset of field: v4l2_buffer::field"][::core::mem::offset_of!(v4l2_buffer, field) - 16usize];
    ["Offset of field: v4l2_buffer::timestamp"]
        [::core::mem::offset_of!(v4l2_buffer, timestamp) - 24usize];
    ["Offset of field: v4l2_buffer::timecode"]
        [::core::mem::offset_of!(v4l2_buffer, timecode) - 40usize];
    ["Offset of field: v4l2_buffer::sequence"]
        [::core::mem::offset_of!(v4l2_buffer, sequence) - 56usize];
    ["Offset of field: v4l2_buffer::memory"]
        [::core::mem::offset_of!(v4l2_buffer, memory) - 60usize];
    ["Offset of field: v4l2_buffer::m"][::core::mem::offset_of!(v4l2_buffer, m) - 64usize];
    ["Offset of field: v4l2_buffer::length"]
        [::core::mem::offset_of!(v4l2_buffer, length) - 72usize];
    ["Offset of field: v4l2_buffer::reserved2"]
        [::core::mem::offset_of!(v4l2_buffer, reserved2) - 76usize];
};
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct v4l2_exportbuffer {
    pub type_: __u32,
    pub index: __u32,
    pub plane: __u32,
    pub flags: __u32,
    pub fd: __s32,
    pub reserved: [__u32; 11usize],
}
#[allow(clippy::unnecessary_operation, clippy::identity_op)]
const _: () = {
    ["Size of v4l2_exportbuffer"][::core::mem::size_of::<v4l2_exportbuffer>() - 64usize];
    ["Alignment of v4l2_exportbuffer"][::core::mem::align_of::<v4l2_exportbuffer>() - 4usize];
    ["Offset of field: v4l2_exportbuffer::type_"]
        [::core::mem::offset_of!(v4l2_exportbuffer, type_) - 0usize];
    ["Offset of field: v4l2_exportbuffer::index"]
        [::core::mem::offset_of!(v4l2_exportbuffer, index) - 4usize];
    ["Offset of field: v4l2_exportbuffer::plane"]
        [::core::mem::offset_of!(v4l2_exportbuffer, plane) - 8usize];
    ["Offset of field: v4l2_exportbuffer::flags"]
        [::core::mem::offset_of!(v4l2_exportbuffer, flags) - 12usize];
    ["Offset of field: v4l2_exportbuffer::fd"]
        [::core::mem::offset_of!(v4l2_exportbuffer, fd) - 16usize];
    ["Offset of field: v4l2_exportbuffer::reserved"]
        [::core::mem::offset_of!(v4l2_exportbuffer, reserved) - 20usize];
};
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct v4l2_framebuffer {
    pub capability: __u32,
    pub flags: __u32,
    pub base: *mut ::core::ffi::c_void,
    pub fmt: v4l2_framebuffer__bindgen_ty_1,
}
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct v4l2_framebuffer__bindgen_ty_1 {
    pub width: __u32,
    pub height: __u32,
    pub pixelformat: __u32,
    pub field: __u32,
    pub bytesperline: __u32,
    pub sizeimage: __u32,
    pub colorspace: __u32,
    pub priv_: __u32,
}
#[allow(clippy::unnecessary_operation, clippy::identity_op)]
const _: () = {
    ["Size of v4l2_framebuffer__bindgen_ty_1"]
        [::core::mem::size_of::<v4l2_framebuffer__bindgen_ty_1>() - 32usize];
    ["Alignment of v4l2_framebuffer__bindgen_ty_1"]
        [::core::mem::align_of::<v4l2_framebuffer__bindgen_ty_1>() - 4usize];
    ["Offset of field: v4l2_framebuffer__bindgen_ty_1::width"]
        [::core::mem::offset_of!(v4l2_framebuffer__bindgen_ty_1, width) - 0usize];
    ["Offset of field: v4l2_framebuffer__bindgen_ty_1::height"]
        [::core::mem::offset_of!(v4l2_framebuffer__bindgen_ty_1, height) - 4usize];
    ["Offset of field: v4l2_framebuffer__bindgen_ty_1::pixelformat"]
        [::core::mem::offset_of!(v4l2_framebuffer__bindgen_ty_1, pixelformat) - 8usize];
    ["Offset of field: v4l2_framebuffer__bindgen_ty_1::field"]
        [::core::mem::offset_of!(v4l2_framebuffer__bindgen_ty_1, field) - 12usize];
    ["Offset of field: v4l2_framebuffer__bindgen_ty_1::bytesperline"]
        [::core::mem::offset_of!(v4l2_framebuffer__bindgen_ty_1, bytesperline) - 16usize];
    ["Offset of field: v4l2_framebuffer__bindgen_ty_1::sizeimage"]
        [::core::mem::offset_of!(v4l2_framebuffer__bindgen_ty_1, sizeimage) - 20usize];
    ["Offset of field: v4l2_framebuffer__bindgen_ty_1::colorspace"]
        [::core::mem::offset_of!(v4l2_framebuffer__bindgen_ty_1, colorspace) - 24usize];
    ["Offset of field: v4l2_framebuffer__bindgen_ty_1::priv_"]
        [::core::mem::offset_of!(v4l2_framebuffer__bindgen_ty_1, priv_) - 28usize];
};
#[allow(clippy::unnecessary_operation, clippy::identity_op)]
const _: () = {
    ["Size of v4l2_framebuffer"][::core::mem::size_of::<v4l2_framebuffer>() - 48usize];
    ["Alignment of v4l2_framebuffer"][::core::mem::align_of::<v4l2_framebuffer>() - 8usize];
    ["Offset of field: v4l2_framebuffer::capability"]
        [::core::mem::offset_of!(v4l2_framebuffer, capability) - 0usize];
    ["Offset of field: v4l2_framebuffer::flags"]
        [::core::mem::offset_of!(v4l2_framebuffer, flags) - 4usize];
    ["Offset of field: v4l2_framebuffer::base"]
        [::core::mem::offset_of!(v4l2_framebuffer, base) - 8usize];
    ["Offset of field: v4l2_framebuffer::fmt"]
        [::core::mem::offset_of!(v4l2_framebuffer, fmt) - 16usize];
};
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct v4l2_clip {
    pub c: v4l2_rect,
    pub next: *mut v4l2_clip,
}
#[allow(clippy::unnecessary_operation, clippy::identity_op)]
const _: () = {
    ["Size of v4l2_clip"][::core::mem::size_of::<v4l2_clip>() - 24usize];
    ["Alignment of v4l2_clip"][::core::mem::align_of::<v4l2_clip>() - 8usize];
    ["Offset of field: v4l2_clip::c"][::core::mem::offset_of!(v4l2_clip, c) - 0usize];
    ["Offset of field: v4l2_clip::next"][::core::mem::offset_of!(v4l2_clip, next) - 16usize];
};
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct v4l2_window {
    pub w: v4l2_rect,
    pub field: __u32,
    pub chromakey: __u32,
    pub clips: *mut v4l2_clip,
    pub clipcount: __u32,
    pub bitmap: *mut ::core::ffi::c_void,
    pub global_alpha: __u8,
}
#[allow(clippy::unnecessary_operation, clippy::identity_op)]
const _: () = {
    ["Size of v4l2_window"][::core::mem::size_of::<v4l2_window>() - 56usize];
    ["Alignment of v4l2_window"][::core::mem::align_of::<v4l2_window>() - 8usize];
    ["Offset of field: v4l2_window::w"][::core::mem::offset_of!(v4l2_window, w) - 0usize];
    ["Offset of field: v4l2_window::field"][::core::mem::offset_of!(v4l2_window, field) - 16usize];
    ["Offset of field: v4l2_window::chromakey"]
        [::core::mem::offset_of!(v4l2_window, chromakey) - 20usize];
    ["Offset of field: v4l2_window::clips"][::core::mem::offset_of!(v4l2_window, clips) - 24usize];
    ["Offset of field: v4l2_window::clipcount"]
        [::core::mem::offset_of!(v4l2_window, clipcount) - 32usize];
    ["Offset of field: v4l2_window::bitmap"]
        [::core::mem::offset_of!(v4l2_window, bitmap) - 40usize];
    ["Offset of field: v4l2_window::global_alpha"]
        [::core::mem::offset_of!(v4l2_window, global_alpha) - 48usize];
};
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct v4l2_captureparm {
    pub capability: __u32,
    pub capturemode: __u32,
    pub timeperframe: v4l2_fract,
    pub extendedmode: __u32,
    pub readbuffers: __u32,
    pub reserved: [__u32; 4usize],
}
#[allow(clippy::unnecessary_operation, clippy::identity_op)]
const _: () = {
    ["Size of v4l2_captureparm"][::core::mem::size_of::<v4l2_captureparm>() - 40usize];
    ["Alignment of v4l2_captureparm"][::core::mem::align_of::<v4l2_captureparm>() - 4usize];
    ["Offset of field: v4l2_captureparm::capability"]
        [::core::mem::offset_of!(v4l2_captureparm, capability) - 0usize];
    ["Offset of field: v4l2_captureparm::capturemode"]
        [::core::mem::offset_of!(v4l2_captureparm, capturemode) - 4usize];
    ["Offset of field: v4l2_captureparm::timeperframe"]
        [::core::mem::offset_of!(v4l2_captureparm, timeperframe) - 8usize];
    ["Offset of field: v4l2_captureparm::extendedmode"]
        [::core::mem::offset_of!(v4l2_captureparm, extendedmode) - 16usize];
    ["Offset of field: v4l2_captureparm::readbuffers"]
        [::core::mem::offset_of!(v4l2_captureparm, readbuffers) - 20usize];
    ["Offset of field: v4l2_captureparm::reserved"]
        [::core::mem::offset_of!(v4l2_captureparm, reserved) - 24usize];
};
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct v4l2_outputparm {
    pub capability: __u32,
    pub outputmode: __u32,
    pub timeperframe: v4l2_fract,
    pub extendedmode: __u32,
    pub writebuffers: __u32,
    pub reserved: [__u32; 4usize],
}
#[allow(clippy::unnecessary_operation, clippy::identity_op)]
const _: () = {
    ["Size of v4l2_outputparm"][::core::mem::size_of::<v4l2_outputparm>() - 40usize];
    ["Alignment of v4l2_outputparm"][::core::mem::align_of::<v4l2_outputparm>() - 4usize];
    ["Offset of field: v4l2_outputparm::capability"]
        [::core::mem::offset_of!(v4l2_outputparm, capability) - 0usize];
    ["Offset of field: v4l2_outputparm::outputmode"]
        [::core::mem::offset_of!(v4l2_outputparm, outputmode) - 4usize];
    ["Offset of field: v4l2_outputparm::timeperframe"]
        [::core::mem::offset_of!(v4l2_outputparm, timeperframe) - 8usize];
    ["Offset of field: v4l2_outputparm::extendedmode"]
        [::core::mem::offset_of!(v4l2_outputparm, extendedmode) - 16usize];
    ["Offset of field: v4l2_outputparm::writebuffers"]
        [::core::mem::offset_of!(v4l2_outputparm, writebuffers) - 20usize];
    ["Offset of field: v4l2_outputparm::reserved"]
        [::core::mem::offset_of!(v4l2_outputparm, reserved) - 24usize];
};
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct v4l2_cropcap {
    pub type_: __u32,
    pub bounds: v4l2_rect,
    pub defrect: v4l2_rect,
    pub pixelaspect: v4l2_fract,
}
#[allow(clippy::unnecessary_operation, clippy::identity_op)]
const _: () = {
    ["Size of v4l2_cropcap"][::core::mem::size_of::<v4l2_cropcap>() - 44usize];
    ["Alignment of v4l2_cropcap"][::core::mem::align_of::<v4l2_cropcap>() - 4usize];
    ["Offset of field: v4l2_cropcap::type_"][::core::mem::offset_of!(v4l2_cropcap, type_) - 0usize];
    ["Offset of field: v4l2_cropcap::bounds"]
        [::core::mem::offset_of!(v4l2_cropcap, bounds) - 4usize];
    ["Offset of field: v4l2_cropcap::defrect"]
        [::core::mem::offset_of!(v4l2_cropcap, defrect) - 20usize];
    ["Offset of field: v4l2_cropcap::pixelaspect"]
        [::core::mem::offset_of!(v4l2_cropcap, pixelaspect) - 36usize];
};
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct v4l2_crop {
    pub type_: __u32,
    pub c: v4l2_rect,
}
#[allow(clippy::unnecessary_operation, clippy::identity_op)]
const _: () = {
    ["Size of v4l2_crop"][::core::mem::size_of::<v4l2_crop>() - 20usize];
    ["Alignment of v4l2_crop"][::core::mem::align_of::<v4l2_crop>() - 4usize];
    ["Offset of field: v4l2_crop::type_"][::core::mem::offset_of!(v4l2_crop, type_) - 0usize];
    ["Offset of field: v4l2_crop::c"][::core::mem::offset_of!(v4l2_crop, c) - 4usize];
};
pub type v4l2_std_id = __u64;
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct v4l2_standard {
    pub index: __u32,
    pub id: v4l2_std_id,
    pub name: [__u8; 24usize],
    pub frameperiod: v4l2_fract,
    pub framelines: __u32,
    pub reserved: [__u32; 4usize],
}
#[allow(clippy::unnecessary_operation, clippy::identity_op)]
const _: () = {
    ["Size of v4l2_standard"][::core::mem::size_of::<v4l2_standard>() - 72usize];
    ["Alignment of v4l2_standard"][::core::mem::align_of::<v4l2_standard>() - 8usize];
    ["Offset of field: v4l2_standard::index"]
        [::core::mem::offset_of!(v4l2_standard, index) - 0usize];
    ["Offset of field: v4l2_standard::id"][::core::mem::offset_of!(v4l2_standard, id) - 8usize];
    ["Offset of field: v4l2_standard::name"]
        [::core::mem::offset_of!(v4l2_standard, name) - 16usize];
    ["Offset of field: v4l2_standard::frameperiod"]
        [::core::mem::offset_of!(v4l2_standard, frameperiod) - 40usize];
    ["Offset of field: v4l2_standard::framelines"]
        [::core::mem::offset_of!(v4l2_standard, framelines) - 48usize];
    ["Offset of field: v4l2_standard::reserved"]
        [::core::mem::offset_of!(v4l2_standard, reserved) - 52usize];
};
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct v4l2_input {
    pub index: __u32,
    pub name: [__u8; 32usize],
    pub type_: __u32,
    pub audioset: __u32,
    pub tuner: __u32,
    pub std: v4l2_std_id,
    pub status: __u32,
    pub capabilities: __u32,
    pub reserved: [__u32; 3usize],
}
#[allow(clippy::unnecessary_operation, clippy::identity_op)]
const _: () = {
    ["Size of v4l2_input"][::core::mem::size_of::<v4l2_input>() - 80usize];
    ["Alignment of v4l2_input"][::core::mem::align_of::<v4l2_input>() - 8usize];
    ["Offset of field: v4l2_input::index"][::core::mem::offset_of!(v4l2_input, index) - 0usize];
    ["Offset of field: v4l2_input::name"][::core::mem::offset_of!(v4l2_input, name) - 4usize];
    ["Offset of field: v4l2_input::type_"][::core::mem::offset_of!(v4l2_input, type_) - 36usize];
    ["Offset of field: v4l2_input::audioset"]
        [::core::mem::offset_of!(v4l2_input, audioset) - 40usize];
    ["Offset of field: v4l2_input::tuner"][::core::mem::offset_of!(v4l2_input, tuner) - 44usize];
    ["Offset of field: v4l2_input::std"][::core::mem::offset_of!(v4l2_input, std) - 48usize];
    ["Offset of field: v4l2_input::status"][::core::mem::offset_of!(v4l2_input, status) - 56usize];
    ["Offset of field: v4l2_input::capabilities"]
        [::core::mem::offset_of!(v4l2_input, capabilities) - 60usize];
    ["Offset of field: v4l2_input::reserved"]
        [::core::mem::offset_of!(v4l2_input, reserved) - 64usize];
};
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct v4l2_output {
    pub index: __u32,
    pub name: [__u8; 32usize],
    pub type_: __u32,
    pub audioset: __u32,
    pub modulator: __u32,
    pub std: v4l2_std_id,
    pub capabilities: __u32,
    pub reserved: [__u32; 3usize],
}
#[allow(clippy::unnecessary_operation, clippy::identity_op)]
const _: () = {
    ["Size of v4l2_output"][::core::mem::size_of::<v4l2_output>() - 72usize];
    ["Alignment of v4l2_output"][::core::mem::align_of::<v4l2_output>() - 8usize];
    ["Offset of field: v4l2_output::index"][::core::mem::offset_of!(v4l2_output, index) - 0usize];
    ["Offset of field: v4l2_output::name"][::core::mem::offset_of!(v4l2_output, name) - 4usize];
    ["Offset of field: v4l2_output::type_"][::core::mem::offset_of!(v4l2_output, type_) - 36usize];
    ["Offset of field: v4l2_output::audioset"]
        [::core::mem::offset_of!(v4l2_output, audioset) - 40usize];
    ["Offset of field: v4l2_output::modulator"]
        [::core::mem::offset_of!(v4l2_output, modulator) - 44usize];
    ["Offset of field: v4l2_output::std"][::core::mem::offset_of!(v4l2_output, std) - 48usize];
    ["Offset of field: v4l2_output::capabilities"]
        [::core::mem::offset_of!(v4l2_output, capabilities) - 56usize];
    ["Offset of field: v4l2_output::reserved"]
        [::core::mem::offset_of!(v4l2_output, reserved) - 60usize];
};
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct v4l2_control {
    pub id: __u32,
    pub value: __s32,
}
#[allow(clippy::unnecessary_operation, clippy::identity_op)]
const _: () = {
    ["Size of v4l2_control"][::core::mem::size_of::<v4l2_control>() - 8usize];
    ["Alignment of v4l2_control"][::core::mem::align_of::<v4l2_control>() - 4usize];
    ["Offset of field: v4l2_control::id"][::core::mem::offset_of!(v4l2_control, id) - 0usize];
    ["Offset of field: v4l2_control::value"][::core::mem::offset_of!(v4l2_control, value) - 4usize];
};
#[repr(C, packed)]
#[derive(Copy, Clone)]
pub struct v4l2_ext_control {
    pub id: __u32,
    pub size: __u32,
    pub reserved2: [__u32; 1usize],
    pub __bindgen_anon_1: v4l2_ext_control__bindgen_ty_1,
}
#[repr(C)]
#[derive(Copy, Clone)]
pub union v4l2_ext_control__bindgen_ty_1 {
    pub value: __s32,
    pub value64: __s64,
    pub string: *mut ::core::ffi::c_char,
    pub p_u8: *mut __u8,
    pub p_u16: *mut __u16,
    pub p_u32: *mut __u32,
    pub p_area: *mut v4l2_area,
    pub p_h264_sps: *mut v4l2_ctrl_h264_sps,
    pub p_h264_pps: *mut v4l2_ctrl_h264_pps,
    pub p_h264_scaling_matrix: *mut v4l2_ctrl_h264_scaling_matrix,
    pub p_h264_pred_weights: *mut v4l2_ctrl_h264_pred_weights,
    pub p_h264_slice_params: *mut v4l2_ctrl_h264_slice_params,
    pub p_h264_decode_params: *mut v4l2_ctrl_h264_decode_params,
    pub p_fwht_params: *mut v4l2_ctrl_fwht_params,
    pub p_vp8_frame: *mut v4l2_ctrl_vp8_frame,
    pub p_mpeg2_sequence: *mut v4l2_ctrl_mpeg2_sequence,
    pub p_mpeg2_picture: *mut v4l2_ctrl_mpeg2_picture,
    pub p_mpeg2_quantisation: *mut v4l2_ctrl_mpeg2_quantisation,
    pub p_vp9_compressed_hdr_probs: *mut v4l2_ctrl_vp9_compressed_hdr,
    pub p_vp9_frame: *mut v4l2_ctrl_vp9_frame,
    pub p_hevc_sps: *mut v4l2_ctrl_hevc_sps,
    pub p_hevc_pps: *mut v4l2_ctrl_hevc_pps,
    pub p_hevc_slice_params: *mut v4l2_ctrl_hevc_slice_params,
    pub p_hevc_scaling_matrix: *mut v4l2_ctrl_hevc_scaling_matrix,
    pub p_hevc_decode_params: *mut v4l2_ctrl_hevc_decode_params,
    pub ptr: *mut ::core::ffi::c_void,
}
#[allow(clippy::unnecessary_operation, clippy::identity_op)]
const _: () = {
    ["Size of v4l2_ext_control__bindgen_ty_1"]
        [::core::mem::size_of::<v4l2_ext_control__bindgen_ty_1>() - 8usize];
    ["Alignment of v4l2_ext_control__bindgen_ty_1"]
        [::core::mem::align_of::<v4l2_ext_control__bindgen_ty_1>() - 8usize];
    ["Offset of field: v4l2_ext_control__bindgen_ty_1::value"]
        [::core::mem::offset_of!(v4l2_ext_control__bindgen_ty_1, value) - 0usize];
    ["Offset of field: v4l2_ext_control__bindgen_ty_1::value64"]
        [::core::mem::offset_of!(v4l2_ext_control__bindgen_ty_1, value64) - 0usize];
    ["Offset of field: v4l2_ext_control__bindgen_ty_1::string"]
        [::core::mem::offset_of!(v4l2_ext_control__bindgen_ty_1, string) - 0usize];
    ["Offset of field: v4l2_ext_control__bindgen_ty_1::p_u8"]
        [::core::mem::offset_of!(v4l2_ext_control__bindgen_ty_1, p_u8) - 0usize];
    ["Offset of field: v4l2_ext_control__bindgen_ty_1::p_u16"]
        [::core::mem::offset_of!(v4l2_ext_control__bindgen_ty_1, p_u16) - 0usize];
    ["Offset of field: v4l2_ext_control__bindgen_ty_1::p_u32"]
        [::core::mem::offset_of!(v4l2_ext_control__bindgen_ty_1, p_u32) - 0usize];
    ["Offset of field: v4l2_ext_control__bindgen_ty_1::p_area"]
        [::core::mem::offset_of!(v4l2_ext_control__bindgen_ty_1, p_area) - 0usize];
    ["Offset of field: v4l2_ext_control__bindgen_ty_1::p_h264_sps"]
        [::core::mem::offset_of!(v4l2_ext_control__bindgen_ty_1, p_h264_sps) - 0usize];
    ["Offset of field: v4l2_ext_control__bindgen_ty_1::p_h264_pps"]
        [::core::mem::offset_of!(v4l2_ext_control__bindgen_ty_1, p_h264_pps) - 0usize];
    ["Offset of field: v4l2_ext_control__bindgen_ty_1::p_h264_scaling_matrix"]
        [::core::mem::offset_of!(v4l2_ext_control__bindgen_ty_1, p_h264_scaling_matrix) - 0usize];
    ["Offset of field: v4l2_ext_control__bindgen_ty_1::p_h264_pred_weights"]
        [::core::mem::offset_of!(v4l2_ext_control__bindgen_ty_1, p_h264_pred_weights) - 0usize];
    ["Offset of field: v4l2_ext_control__bindgen_ty_1::p_h264_slice_params"]
        [::core::mem::offset_of!(v4l2_ext_control__bindgen_ty_1, p_h264_slice_params) - 0usize];
    ["Offset of field: v4l2_ext_control__bindgen_ty_1::p_h264_decode_params"]
        [::core::mem::offset_of!(v4l2_ext_control__bindgen_ty_1, p_h264_decode_params) - 0usize];
    ["Offset of field: v4l2_ext_control__bindgen_ty_1::p_fwht_params"]
        [::core::mem::offset_of!(v4l2_ext_control__bindgen_ty_1, p_fwht_params) - 0usize];
    ["Offset of field: v4l2_ext_control__bindgen_ty_1::p_vp8_frame"]
        [::core::mem::offset_of!(v4l2_ext_control__bindgen_ty_1, p_vp8_frame) - 0usize];
    ["Offset of field: v4l2_ext_control__bindgen_ty_1::p_mpeg2_sequence"]
        [::core::mem::offset_of!(v4l2_ext_control__bindgen_ty_1, p_mpeg2_sequence) - 0usize];
    ["Offset of field: v4l2_ext_control__bindgen_ty_1::p_mpeg2_picture"]
        [::core::mem::offset_of!(v4l2_ext_control__bindgen_ty_1, p_mpeg2_picture) - 0usize];
    ["Offset of field: v4l2_ext_control__bindgen_ty_1::p_mpeg2_quantisation"]
        [::core::mem::offset_of!(v4l2_ext_control__bindgen_ty_1, p_mpeg2_quantisation) - 0usize];
    ["Offset of field: v4l2_ext_control__bindgen_ty_1::p_vp9_compressed_hdr_probs"][::core::mem::offset_of!(
        v4l2_ext_control__bindgen_ty_1,
        p_vp9_compressed_hdr_probs
    ) - 0usize];
    ["Offset of field: v4l2_ext_control__bindgen_ty_1::p_vp9_frame"]
        [::core::mem::offset_of!(v4l2_ext_control__bindgen_ty_1, p_vp9_frame) - 0usize];
    ["Offset of field: v4l2_ext_control__bindgen_ty_1::p_hevc_sps"]
        [::core::mem::offset_of!(v4l2_ext_control__bindgen_ty_1, p_hevc_sps) - 0usize];
    ["Offset of field: v4l2_ext_control__bindgen_ty_1::p_hevc_pps"]
        [::core::mem::offset_of!(v4l2_ext_control__bindgen_ty_1, p_hevc_pps) - 0usize];
    ["Offset of field: v4l2_ext_control__bindgen_ty_1::p_hevc_slice_params"]
        [::core::mem::offset_of!(v4l2_ext_control__bindgen_ty_1, p_hevc_slice_params) - 0usize];
    ["Offset of field: v4l2_ext_control__bindgen_ty_1::p_hevc_scaling_matrix"]
        [::core::mem::offset_of!(v4l2_ext_control__bindgen_ty_1, p_hevc_scaling_matrix) - 0usize];
    ["Offset of field: v4l2_ext_control__bindgen_ty_1::p_hevc_decode_params"]
        [::core::mem::offset_of!(v4l2_ext_control__bindgen_ty_1, p_hevc_decode_params) - 0usize];
    ["Offset of field: v4l2_ext_control__bindgen_ty_1::ptr"]
        [::core::mem::offset_of!(v4l2_ext_control__bindgen_ty_1, ptr) - 0usize];
};
#[allow(clippy::unnecessary_operation, clippy::identity_op)]
const _: () = {
    ["Size of v4l2_ext_control"][::core::mem::size_of::<v4l2_ext_control>() - 20usize];
    ["Alignment of v4l2_ext_control"][::core::mem::align_of::<v4l2_ext_control>() - 1usize];
    ["Offset of field: v4l2_ext_control::id"]
        [::core::mem::offset_of!(v4l2_ext_control, id) - 0usize];
    ["Offset of field: v4l2_ext_control::size"]
        [::core::mem::offset_of!(v4l2_ext_control, size) - 4usize];
    ["Offset of field: v4l2_ext_control::reserved2"]
        [::core::mem::offset_of!(v4l2_ext_control, reserved2) - 8usize];
};
#[repr(C)]
#[derive(Copy, Clone)]
pub struct v4l2_ext_controls {
    pub __bindgen_anon_1: v4l2_ext_controls__bindgen_ty_1,
    pub count: __u32,
    pub error_idx: __u32,
    pub request_fd: __s32,
    pub reserved: [__u32; 1usize],
    pub controls: *mut v4l2_ext_control,
}
#[repr(C)]
#[derive(Copy, Clone)]
pub union v4l2_ext_controls__bindgen_ty_1 {
    pub ctrl_class: __u32,
    pub which: __u32,
}
#[allow(clippy::unnecessary_operation, clippy::identity_op)]
const _: () = {
    ["Size of v4l2_ext_controls__bindgen_ty_1"]
        [::core::mem::size_of::<v4l2_ext_controls__bindgen_ty_1>() - 4usize];
    ["Alignment of v4l2_ext_controls__bindgen_ty_1"]
        [::core::mem::align_of::<v4l2_ext_controls__bindgen_ty_1>() - 4usize];
    ["Offset of field: v4l2_ext_controls__bindgen_ty_1::ctrl_class"]
        [::core::mem::offset_of!(v4l2_ext_controls__bindgen_ty_1, ctrl_class) - 0usize];
    ["Offset of field: v4l2_ext_controls__bindgen_ty_1::which"]
        [::core::mem::offset_of!(v4l2_ext_controls__bindgen_ty_1, which) - 0usize];
};
#[allow(clippy::unnecessary_operation, clippy::identity_op)]
const _: () = {
    ["Size of v4l2_ext_controls"][::core::mem::size_of::<v4l2_ext_controls>() - 32usize];
    ["Alignment of v4l2_ext_controls"][::core::mem::align_of::<v4l2_ext_controls>() - 8usize];
    ["Offset of field: v4l2_ext_controls::count"]
        [::core::mem::offset_of!(v4l2_ext_controls, count) - 4usize];
    ["Offset of field: v4l2_ext_controls::error_idx"]
        [::core::mem::offset_of!(v4l2_ext_controls, error_idx) - 8usize];
    ["Offset of field: v4l2_ext_controls::request_fd"]
        [::core::mem::offset_of!(v4l2_ext_controls, request_fd) - 12usize];
    ["Offset of field: v4l2_ext_controls::reserved"]
        [::core::mem::offset_of!(v4l2_ext_controls, reserved) - 16usize];
    ["Offset of field: v4l2_ext_controls::controls"]
        [::core::mem::offset_of!(v4l2_ext_controls, controls) - 24usize];
};
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct v4l2_queryctrl {
    pub id: __u32,
    pub type_: __u32,
    pub name: [__u8; 32usize],
    pub minimum: __s32,
    pub maximum: __s32,
    pub step: __s32,
    pub default_value: __s32,
    pub flags: __u32,
    pub reserved: [__u32; 2usize],
}
#[allow(clippy::unnecessary_operation, clippy::identity_op)]
const _: () = {
    ["Size of v4l2_queryctrl"][::core::mem::size_of::<v4l2_queryctrl>() - 68usize];
    ["Alignment of v4l2_queryctrl"][::core::mem::align_of::<v4l2_queryctrl>() - 4usize];
    ["Offset of field: v4l2_queryctrl::id"][::core::mem::offset_of!(v4l2_queryctrl, id) - 0usize];
    ["Offset of field: v4l2_queryctrl::type_"]
        [::core::mem::offset_of!(v4l2_queryctrl, type_) - 4usize];
    ["Offset of field: v4l2_queryctrl::name"]
        [::core::mem::offset_of!(v4l2_queryctrl, name) - 8usize];
    ["Offset of field: v4l2_queryctrl::minimum"]
        [::core::mem::offset_of!(v4l2_queryctrl, minimum) - 40usize];
    ["Offset of field: v4l2_queryctrl::maximum"]
        [::core::mem::offset_of!(v4l2_queryctrl, maximum) - 44usize];
    ["Offset of field: v4l2_queryctrl::step"]
        [::core::mem::offset_of!(v4l2_queryctrl, step) - 48usize];
    ["Offset of field: v4l2_queryctrl::default_value"]
        [::core::mem::offset_of!(v4l2_queryctrl, default_value) - 52usize];
    ["Offset of field: v4l2_queryctrl::flags"]
        [::core::mem::offset_of!(v4l2_queryctrl, flags) - 56usize];
    ["Offset of field: v4l2_queryctrl::reserved"]
        [::core::mem::offset_of!(v4l2_queryctrl, reserved) - 60usize];
};
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct v4l2_query_ext_ctrl {
    pub id: __u32,
    pub type_: __u32,
    pub name: [::core::ffi::c_char; 32usize],
    pub minimum: __s64,
    pub maximum: __s64,
    pub step: __u64,
    pub default_value: __s64,
    pub flags: __u32,
    pub elem_size: __u32,
    pub elems: __u32,
    pub nr_of_dims: __u32,
    pub dims: [__u32; 4usize],
    pub reserved: [__u32; 32usize],
}
#[allow(clippy::unnecessary_operation, clippy::identity_op)]
const _: () = {
    ["Size of v4l2_query_ext_ctrl"][::core::mem::size_of::<v4l2_query_ext_ctrl>() - 232usize];
    ["Alignment of v4l2_query_ext_ctrl"][::core::mem::align_of::<v4l2_query_ext_ctrl>() - 8usize];
    ["Offset of field: v4l2_query_ext_ctrl::id"]
        [::core::mem::offset_of!(v4l2_query_ext_ctrl, id) - 0usize];
    ["Offset of field: v4l2_query_ext_ctrl::type_"]
        [::core::mem::offset_of!(v4l2_query_ext_ctrl, type_) - 4usize];
    ["Offset of field: v4l2_query_ext_ctrl::name"]
        [::core::mem::offset_of!(v4l2_query_ext_ctrl, name) - 8usize];
    ["Offset of field: v4l2_query_ext_ctrl::minimum"]
        [::core::mem::offset_of!(v4l2_query_ext_ctrl, minimum) - 40usize];
    ["Offset of field: v4l2_query_ext_ctrl::maximum"]
        [::core::mem::offset_of!(v4l2_query_ext_ctrl, maximum) - 48usize];
    ["Offset of field: v4l2_query_ext_ctrl::step"]
        [::core::mem::offset_of!(v4l2_query_ext_ctrl, step) - 56usize];
    ["Offset of field: v4l2_query_ext_ctrl::default_value"]
        [::core::mem::offset_of!(v4l2_query_ext_ctrl, default_value) - 64usize];
    ["Offset of field: v4l2_query_ext_ctrl::flags"]
        [::core::mem::offset_of!(v4l2_query_ext_ctrl, flags) - 72usize];
    ["Offset of field: v4l2_query_ext_ctrl::elem_size"]
        [::core::mem::offset_of!(v4l2_query_ext_ctrl, elem_size) - 76usize];
    ["Offset of field: v4l2_query_ext_ctrl::elems"]
        [::core::mem::offset_of!(v4l2_query_ext_ctrl, elems) - 80usize];
    ["Offset of field: v4l2_query_ext_ctrl::nr_of_dims"]
        [::core::mem::offset_of!(v4l2_query_ext_ctrl, nr_of_dims) - 84usize];
    ["Offset of field: v4l2_query_ext_ctrl::dims"]
        [::core::mem::offset_of!(v4l2_query_ext_ctrl, dims) - 88usize];
    ["Offset of field: v4l2_query_ext_ctrl::reserved"]
        [::core::mem::offset_of!(v4l2_query_ext_ctrl, reserved) - 104usize];
};
#[repr(C, packed)]
#[derive(Copy, Clone)]
pub struct v4l2_querymenu {
    pub id: __u32,
    pub index: __u32,
    pub __bindgen_anon_1: v4l2_querymenu__bindgen_ty_1,
    pub reserved: __u32,
}
#[repr(C)]
#[derive(Copy, Clone)]
pub union v4l2_querymenu__bindgen_ty_1 {
    pub name: [__u8; 32usize],
    pub value: __s64,
}
#[allow(clippy::unnecessary_operation, clippy::identity_op)]
const _: () = {
    ["Size of v4l2_querymenu__bindgen_ty_1"]
        [::core::mem::size_of::<v4l2_querymenu__bindgen_ty_1>() - 32usize];
    ["Alignment of v4l2_querymenu__bindgen_ty_1"]
        [::core::mem::align_of::<v4l2_querymenu__bindgen_ty_1>() - 8usize];
    ["Offset of field: v4l2_querymenu__bindgen_ty_1::name"]
        [::core::mem::offset_of!(v4l2_querymenu__bindgen_ty_1, name) - 0usize];
    ["Offset of field: v4l2_querymenu__bindgen_ty_1::value"]
        [::core::mem::offset_of!(v4l2_querymenu__bindgen_ty_1, value) - 0usize];
};
#[allow(clippy::unnecessary_operation, clippy::identity_op)]
const _: () = {
    ["Size of v4l2_querymenu"][::core::mem::size_of::<v4l2_querymenu>() - 44usize];
    ["Alignment of v4l2_querymenu"][::core::mem::align_of::<v4l2_querymenu>() - 1usize];
    ["Offset of field: v4l2_querymenu::id"][::core::mem::offset_of!(v4l2_querymenu, id) - 0usize];
    ["Offset of field: v4l2_querymenu::index"]
        [::core::mem::offset_of!(v4l2_querymenu, index) - 4usize];
    ["Offset of field: v4l2_querymenu::reserved"]
        [::core::mem::offset_of!(v4l2_querymenu, reserved) - 40usize];
};
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct v4l2_tuner {
    pub index: __u32,
    pub name: [__u8; 32usize],
    pub type_: __u32,
    pub capability: __u32,
    pub rangelow: __u32,
    pub rangehigh: __u32,
    pub rxsubchans: __u32,
    pub audmode: __u32,
    pub signal: __s32,
    pub afc: __s32,
    pub reserved: [__u32; 4usize],
}
#[allow(clippy::unnecessary_operation, clippy::identity_op)]
const _: () = {
    ["Size of v4l2_tuner"][::core::mem::size_of::<v4l2_tuner>() - 84usize];
    ["Alignment of v4l2_tuner"][::core::mem::align_of::<v4l2_tuner>() - 4usize];
    ["Offset of field: v4l2_tuner::index"][::core::mem::offset_of!(v4l2_tuner, index) - 0usize];
    ["Offset of field: v4l2_tuner::name"][::core::mem::offset_of!(v4l2_tuner, name) - 4usize];
    ["Offset of field: v4l2_tuner::type_"][::core::mem::offset_of!(v4l2_tuner, type_) - 36usize];
    ["Offset of field: v4l2_tuner::capability"]
        [::core::mem::offset_of!(v4l2_tuner, capability) - 40usize];
    ["Offset of field: v4l2_tuner::rangelow"]
        [::core::mem::offset_of!(v4l2_tuner, rangelow) - 44usize];
    ["Offset of field: v4l2_tuner::rangehigh"]
        [::core::mem::offset_of!(v4l2_tuner, rangehigh) - 48usize];
    ["Offset of field: v4l2_tuner::rxsubchans"]
        [::core::mem::offset_of!(v4l2_tuner, rxsubchans) - 52usize];
    ["Offset of field: v4l2_tuner::audmode"]
        [::core::mem::offset_of!(v4l2_tuner, audmode) - 56usize];
    ["Offset of field: v4l2_tuner::signal"][::core::mem::offset_of!(v4l2_tuner, signal) - 60usize];
    ["Offset of field: v4l2_tuner::afc"][::core::mem::offset_of!(v4l2_tuner, afc) - 64usize];
    ["Offset of field: v4l2_tuner::reserved"]
        [::core::mem::offset_of!(v4l2_tuner, reserved) - 68usize];
};
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct v4l2_modulator {
    pub index: __u32,
    pub name: [__u8; 32usize],
    pub capability: __u32,
    pub rangelow: __u32,
    pub rangehigh: __u32,
    pub txsubchans: __u32,
    pub type_: __u32,
    pub reserved: [__u32; 3usize],
}
#[allow(clippy::unnecessary_operation, clippy::identity_op)]
const _: () = {
    ["Size of v4l2_modulator"][::core::mem::size_of::<v4l2_modulator>() - 68usize];
    ["Alignment of v4l2_modulator"][::core::mem::align_of::<v4l2_modulator>() - 4usize];
    ["Offset of field: v4l2_modulator::index"]
        [::core::mem::offset_of!(v4l2_modulator, index) - 0usize];
    ["Offset of field: v4l2_modulator::name"]
        [::core::mem::offset_of!(v4l2_modulator, name) - 4usize];
    ["Offset of field: v4l2_modulator::capability"]
        [::core::mem::offset_of!(v4l2_modulator, capability) - 36usize];
    ["Offset of field: v4l2_modulator::rangelow"]
        [::core::mem::offset_of!(v4l2_modulator, rangelow) - 40usize];
    ["Offset of field: v4l2_modulator::rangehigh"]
        [::core::mem::offset_of!(v4l2_modulator, rangehigh) - 44usize];
    ["Offset of field: v4l2_modulator::txsubchans"]
        [::core::mem::offset_of!(v4l2_modulator, txsubchans) - 48usize];
    ["Offset of field: v4l2_modulator::type_"]
        [::core::mem::offset_of!(v4l2_modulator, type_) - 52usize];
    ["Offset of field: v4l2_modulator::reserved"]
        [::core::mem::offset_of!(v4l2_modulator, reserved) - 56usize];
};
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct v4l2_frequency {
    pub tuner: __u32,
    pub type_: __u32,
    pub frequency: __u32,
    pub reserved: [__u32; 8usize],
}
#[allow(clippy::unnecessary_operation, clippy::identity_op)]
const _: () = {
    ["Size of v4l2_frequency"][::core::mem::size_of::<v4l2_frequency>() - 44usize];
    ["Alignment of v4l2_frequency"][::core::mem::align_of::<v4l2_frequency>() - 4usize];
    ["Offset of field: v4l2_frequency::tuner"]
        [::core::mem::offset_of!(v4l2_frequency, tuner) - 0usize];
    ["Offset of field: v4l2_frequency::type_"]
        [::core::mem::offset_of!(v4l2_frequency, type_) - 4usize];
    ["Offset of field: v4l2_frequency::frequency"]
        [::core::mem::offset_of!(v4l2_frequency, frequency) - 8usize];
    ["Offset of field: v4l2_frequency::reserved"]
        [::core::mem::offset_of!(v4l2_frequency, reserved) - 12usize];
};
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct v4l2_audio {
    pub index: __u32,
    pub name: [__u8; 32usize],
    pub capability: __u32,
    pub mode: __u32,
    pub reserved: [__u32; 2usize],
}
#[allow(clippy::unnecessary_operation, clippy::identity_op)]
const _: () = {
    ["Size of v4l2_audio"][::core::mem::size_of::<v4l2_audio>() - 52usize];
    ["Alignment of v4l2_audio"][::core::mem::align_of::<v4l2_audio>() - 4usize];
    ["Offset of field: v4l2_audio::index"][::core::mem::offset_of!(v4l2_audio, index) - 0usize];
    ["Offset of field: v4l2_audio::name"][::core::mem::offset_of!(v4l2_audio, name) - 4usize];
    ["Offset of field: v4l2_audio::capability"]
        [::core::mem::offset_of!(v4l2_audio, capability) - 36usize];
    ["Offset of field: v4l2_audio::mode"][::core::mem::offset_of!(v4l2_audio, mode) - 40usize];
    ["Offset of field: v4l2_audio::reserved"]
        [::core::mem::offset_of!(v4l2_audio, reserved) - 44usize];
};
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct v4l2_audioout {
    pub index: __u32,
    pub name: [__u8; 32usize],
    pub capability: __u32,
    pub mode: __u32,
    pub reserved: [__u32; 2usize],
}
#[allow(clippy::unnecessary_operation, clippy::identity_op)]
const _: () = {
    ["Size of v4l2_audioout"][::core::mem::size_of::<v4l2_audioout>() - 52usize];
    ["Alignment of v4l2_audioout"][::core::mem::align_of::<v4l2_audioout>() - 4usize];
    ["Offset of field: v4l2_audioout::index"]
        [::core::mem::offset_of!(v4l2_audioout, index) - 0usize];
    ["Offset of field: v4l2_audioout::name"][::core::mem::offset_of!(v4l2_audioout, name) - 4usize];
    ["Offset of field: v4l2_audioout::capability"]
        [::core::mem::offset_of!(v4l2_audioout, capability) - 36usize];
    ["Offset of field: v4l2_audioout::mode"]
        [::core::mem::offset_of!(v4l2_audioout, mode) - 40usize];
    ["Offset of field: v4l2_audioout::reserved"]
        [::core::mem::offset_of!(v4l2_audioout, reserved) - 44usize];
};
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct v4l2_enc_idx_entry {
    pub offset: __u64,
    pub pts: __u64,
    pub length: __u32,
    pub flags: __u32,
    pub reserved: [__u32; 2usize],
}
#[allow(clippy::unnecessary_operation, clippy::identity_op)]
const _: () = {
    ["Size of v4l2_enc_idx_entry"][::core::mem::size_of::<v4l2_enc_idx_entry>() - 32usize];
    ["Alignment of v4l2_enc_idx_entry"][::core::mem::align_of::<v4l2_enc_idx_entry>() - 8usize];
    ["Offset of field: v4l2_enc_idx_entry::offset"]
        [::core::mem::offset_of!(v4l2_enc_idx_entry, offset) - 0usize];
    ["Offset of field: v4l2_enc_idx_entry::pts"]
        [::core::mem::offset_of!(v4l2_enc_idx_entry, pts) - 8usize];
    ["Offset of field: v4l2_enc_idx_entry::length"]
        [::core::mem::offset_of!(v4l2_enc_idx_entry, length) - 16usize];
    ["Offset of field: v4l2_enc_idx_entry::flags"]
        [::core::mem::offset_of!(v4l2_enc_idx_entry, flags) - 20usize];
    ["Offset of field: v4l2_enc_idx_entry::reserved"]
        [::core::mem::offset_of!(v4l2_enc_idx_entry, reserved) - 24usize];
};
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct v4l2_enc_idx {
    pub entries: __u32,
    pub entries_cap: __u32,
    pub reserved: [__u32; 4usize],
    pub entry: [v4l2_enc_idx_entry; 64usize],
}
#[allow(clippy::unnecessary_operation, clippy::identity_op)]
const _: () = {
    ["Size of v4l2_enc_idx"][::core::mem::size_of::<v4l2_enc_idx>() - 2072usize];
    ["Alignment of v4l2_enc_idx"][::core::mem::align_of::<v4l2_enc_idx>() - 8usize];
    ["Offset of field: v4l2_enc_idx::entries"]
        [::core::mem::offset_of!(v4l2_enc_idx, entries) - 0usize];
    ["Offset of field: v4l2_enc_idx::entries_cap"]
        [::core::mem::offset_of!(v4l2_enc_idx, entries_cap) - 4usize];
    ["Offset of field: v4l2_enc_idx::reserved"]
        [::core::mem::offset_of!(v4l2_enc_idx, reserved) - 8usize];
    ["Offset of field: v4l2_enc_idx::entry"]
        [::core::mem::offset_of!(v4l2_enc_idx, entry) - 24usize];
};
#[repr(C)]
#[derive(Copy, Clone)]
pub struct v4l2_encoder_cmd {
    pub cmd: __u32,
    pub flags: __u32,
    pub __bindgen_anon_1: v4l2_encoder_cmd__bindgen_ty_1,
}
#[repr(C)]
#[derive(Copy, Clone)]
pub union v4l2_encoder_cmd__bindgen_ty_1 {
    pub raw: v4l2_encoder_cmd__bindgen_ty_1__bindgen_ty_1,
}
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct v4l2_encoder_cmd__bindgen_ty_1__bindgen_ty_1 {
    pub data: [__u32; 8usize],
}
#[allow(clippy::unnecessary_operation, clippy::identity_op)]
const _: () = {
    ["Size of v4l2_encoder_cmd__bindgen_ty_1__bindgen_ty_1"]
        [::core::mem::size_of::<v4l2_encoder_cmd__bindgen_ty_1__bindgen_ty_1>() - 32usize];
    ["Alignment of v4l2_encoder_cmd__bindgen_ty_1__bindgen_ty_1"]
        [::core::mem::align_of::<v4l2_encoder_cmd__bindgen_ty_1__bindgen_ty_1>() - 4usize];
    ["Offset of field: v4l2_encoder_cmd__bindgen_ty_1__bindgen_ty_1::data"]
        [::core::mem::offset_of!(v4l2_encoder_cmd__bindgen_ty_1__bindgen_ty_1, data) - 0usize];
};
#[allow(clippy::unnecessary_operation, clippy::identity_op)]
const _: () = {
    ["Size of v4l2_encoder_cmd__bindgen_ty_1"]
        [::core::mem::size_of::<v4l2_encoder_cmd__bindgen_ty_1>() - 32usize];
    ["Alignment of v4l2_encoder_cmd__bindgen_ty_1"]
        [::core::mem::align_of::<v4l2_encoder_cmd__bindgen_ty_1>() - 4usize];
    ["Offset of field: v4l2_encoder_cmd__bindgen_ty_1::raw"]
        [::core::mem::offset_of!(v4l2_encoder_cmd__bindgen_ty_1, raw) - 0usize];
};
#[allow(clippy::unnecessary_operation, clippy::identity_op)]
const _: () = {
    ["Size of v4l2_encoder_cmd"][::core::mem::size_of::<v4l2_encoder_cmd>() - 40usize];
    ["Alignment of v4l2_encoder_cmd"][::core::mem::align_of::<v4l2_encoder_cmd>() - 4usize];
    ["Offset of field: v4l2_encoder_cmd::cmd"]
        [::core::mem::offset_of!(v4l2_encoder_cmd, cmd) - 0usize];
    ["Offset of field: v4l2_encoder_cmd::flags"]
        [::core::mem::offset_of!(v4l2_encoder_cmd, flags) - 4usize];
};
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct v4l2_vbi_format {
    pub sampling_rate: __u32,
    pub offset: __u32,
    pub samples_per_line: __u32,
    pub sample_format: __u32,
    pub start: [__s32; 2usize],
    pub count: [__u32; 2usize],
    pub flags: __u32,
    pub reserved: [__u32; 2usize],
}
#[allow(clippy::unnecessary_operation, clippy::identity_op)]
const _: () = {
    ["Size of v4l2_vbi_format"][::core::mem::size_of::<v4l2_vbi_format>() - 44usize];
    ["Alignment of v4l2_vbi_format"][::core::mem::align_of::<v4l2_vbi_format>() - 4usize];
    ["Offset of field: v4l2_vbi_format::sampling_rate"]
        [::core::mem::offset_of!(v4l2_vbi_format, sampling_rate) - 0usize];
    ["Offset of field: v4l2_vbi_format::offset"]
        [::core::mem::offset_of!(v4l2_vbi_format, offset) - 4usize];
    ["Offset of field: v4l2_vbi_format::samples_per_line"]
        [::core::mem::offset_of!(v4l2_vbi_format, samples_per_line) - 8usize];
    ["Offset of field: v4l2_vbi_format::sample_format"]
        [::core::mem::offset_of!(v4l2_vbi_format, sample_format) - 12usize];
    ["Offset of field: v4l2_vbi_format::start"]
        [::core::mem::offset_of!(v4l2_vbi_format, start) - 16usize];
    ["Offset of field: v4l2_vbi_format::count"]
        [::core::mem::offset_of!(v4l2_vbi_format, count) - 24usize];
    ["Offset of field: v4l2_vbi_format::flags"]
        [::core::mem::offset_of!(v4l2_vbi_format, flags) - 32usize];
    ["Offset of field: v4l2_vbi_format::reserved"]
        [::core::mem::offset_of!(v4l2_vbi_format, reserved) - 36usize];
};
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct v4l2_sliced_vbi_format {
    pub service_set: __u16,
    pub service_lines: [[__u16; 24usize]; 2usize],
    pub io_size: __u32,
    pub reserved: [__u32; 2usize],
}
#[allow(clippy::unnecessary_operation, clippy::identity_op)]
const _: () = {
    ["Size of v4l2_sliced_vbi_format"][::core::mem::size_of::<v4l2_sliced_vbi_format>() - 112usize];
    ["Alignment of v4l2_sliced_vbi_format"]
        [::core::mem::align_of::<v4l2_sliced_vbi_format>() - 4usize];
    ["Offset of field: v4l2_sliced_vbi_format::service_set"]
        [::core::mem::offset_of!(v4l2_sliced_vbi_format, service_set) - 0usize];
    ["Offset of field: v4l2_sliced_vbi_format::service_lines"]
        [::core::mem::offset_of!(v4l2_sliced_vbi_format, service_lines) - 2usize];
    ["Offset of field: v4l2_sliced_vbi_format::io_size"]
        [::core::mem::offset_of!(v4l2_sliced_vbi_format, io_size) - 100usize];
    ["Offset of field: v4l2_sliced_vbi_format::reserved"]
        [::core::mem::offset_of!(v4l2_sliced_vbi_format, reserved) - 104usize];
};
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct v4l2_sliced_vbi_cap {
    pub service_set: __u16,
    pub service_lines: [[__u16; 24usize]; 2usize],
    pub type_: __u32,
    pub reserved: [__u32; 3usize],
}
#[allow(clippy::unnecessary_operation, clippy::identity_op)]
const _: () = {
    ["Size of v4l2_sliced_vbi_cap"][::core::mem::size_of::<v4l2_sliced_vbi_cap>() - 116usize];
    ["Alignment of v4l2_sliced_vbi_cap"][::core::mem::align_of::<v4l2_sliced_vbi_cap>() - 4usize];
    ["Offset of field: v4l2_sliced_vbi_cap::service_set"]
        [::core::mem::offset_of!(v4l2_sliced_vbi_cap, service_set) - 0usize];
    ["Offset of field: v4l2_sliced_vbi_cap::service_lines"]
        [::core::mem::offset_of!(v4l2_sliced_vbi_cap, service_lines) - 2usize];
    ["Offset of field: v4l2_sliced_vbi_cap::type_"]
        [::core::mem::offset_of!(v4l2_sliced_vbi_cap, type_) - 100usize];
    ["Offset of field: v4l2_sliced_vbi_cap::reserved"]
        [::core::mem::offset_of!(v4l2_sliced_vbi_cap, reserved) - 104usize];
};
#[repr(C, packed)]
#[derive(Debug, Copy, Clone)]
pub struct v4l2_plane_pix_format {
    pub sizeimage: __u32,
    pub bytesperline: __u32,
    pub reserved: [__u16; 6usize],
}
#[allow(clippy::unnecessary_operation, clippy::identity_op)]
const _: () = {
    ["Size of v4l2_plane_pix_format"][::core::mem::size_of::<v4l2_plane_pix_format>() - 20usize];
    ["Alignment of v4l2_plane_pix_format"]
        [::core::mem::align_of::<v4l2_plane_pix_format>() - 1usize];
    ["Offset of field: v4l2_plane_pix_format::sizeimage"]
        [::core::mem::offset_of!(v4l2_plane_pix_format, sizeimage) - 0usize];
    ["Offset of field: v4l2_plane_pix_format::bytesperline"]
        [::core::mem::offset_of!(v4l2_plane_pix_format, bytesperline) - 4usize];
    ["Offset of field: v4l2_plane_pix_format::reserved"]
        [::core::mem::offset_of!(v4l2_plane_pix_format, reserved) - 8usize];
};
#[repr(C, packed)]
#[derive(Copy, Clone)]
pub struct v4l2_pix_format_mplane {
    pub width: __u32,
    pub height: __u32,
    pub pixelformat: __u32,
    pub field: __u32,
    pub colorspace: __u32,
    pub plane_fmt: [v4l2_plane_pix_format; 8usize],
    pub num_planes: __u8,
    pub flags: __u8,
    pub __bindgen_anon_1: v4l2_pix_format_mplane__bindgen_ty_1,
    pub quantization: __u8,
    pub xfer_func: __u8,
    pub reserved: [__u8; 7usize],
}
#[repr(C)]
#[derive(Copy, Clone)]
pub union v4l2_pix_format_mplane__bindgen_ty_1 {
    pub ycbcr_enc: __u8,
    pub hsv_enc: __u8,
}
#[allow(clippy::unnecessary_operation, clippy::identity_op)]
const _: () = {
    ["Size of v4l2_pix_format_mplane__bindgen_ty_1"]
        [::core::mem::size_of::<v4l2_pix_format_mplane__bindgen_ty_1>() - 1usize];
    ["Alignment of v4l2_pix_format_mplane__bindgen_ty_1"]
        [::core::mem::align_of::<v4l2_pix_format_mplane__bindgen_ty_1>() - 1usize];
    ["Offset of field: v4l2_pix_format_mplane__bindgen_ty_1::ycbcr_enc"]
        [::core::mem::offset_of!(v4l2_pix_format_mplane__bindgen_ty_1, ycbcr_enc) - 0usize];
    ["Offset of field: v4l2_pix_format_mplane__bindgen_ty_1::hsv_enc"]
        [::core::mem::offset_of!(v4l2_pix_format_mplane__bindgen_ty_1, hsv_enc) - 0usize];
};
#[allow(clippy::unnecessary_operation, clippy::identity_op)]
const _: () = {
    ["Size of v4l2_pix_format_mplane"][::core::mem::size_of::<v4l2_pix_format_mplane>() - 192usize];
    ["Alignment of v4l2_pix_format_mplane"]
        [::core::mem::align_of::<v4l2_pix_format_mplane>() - 1usize];
    ["Offset of field: v4l2_pix_format_mplane::width"]
        [::core::mem::offset_of!(v4l2_pix_format_mplane, width) - 0usize];
    ["Offset of field: v4l2_pix_format_mplane::height"]
        [::core::mem::offset_of!(v4l2_pix_format_mplane, height) - 4usize];
    ["Offset of field: v4l2_pix_format_mplane::pixelformat"]
        [::core::mem::offset_of!(v4l2_pix_format_mplane, pixelformat) - 8usize];
    ["Offset of field: v4l2_pix_format_mplane::field"]
        [::core::mem::offset_of!(v4l2_pix_format_mplane, field) - 12usize];
    ["Offset of field: v4l2_pix_format_mplane::colorspace"]
        [::core::mem::offset_of!(v4l2_pix_format_mplane, colorspace) - 16usize];
    ["Offset of field: v4l2_pix_format_mplane::plane_fmt"]
        [::core::mem::offset_of!(v4l2_pix_format_mplane, plane_fmt) - 20usize];
    ["Offset of field: v4l2_pix_format_mplane::num_planes"]
        [::core::mem::offset_of!(v4l2_pix_format_mplane, num_planes) - 180usize];
    ["Offset of field: v4l2_pix_format_mplane::flags"]
        [::core::mem::offset_of!(v4l2_pix_format_mplane, flags) - 181usize];
    ["Offset of field: v4l2_pix_format_mplane::quantization"]
        [::core::mem::offset_of!(v4l2_pix_format_mplane, quantization) - 183usize];
    ["Offset of field: v4l2_pix_format_mplane::xfer_func"]
        [::core::mem::offset_of!(v4l2_pix_format_mplane, xfer_func) - 184usize];
    ["Offset of field: v4l2_pix_format_mplane::reserved"]
        [::core::mem::offset_of!(v4l2_pix_format_mplane, reserved) - 185usize];
};
#[repr(C, packed)]
#[derive(Debug, Copy, Clone)]
pub struct v4l2_sdr_format {
    pub pixelformat: __u32,
    pub buffersize: __u32,
    pub reserved: [__u8; 24usize],
}
#[allow(clippy::unnecessary_operation, clippy::identity_op)]
const _: () = {
    ["Size of v4l2_sdr_format"][::core::mem::size_of::<v4l2_sdr_format>() - 32usize];
    ["Alignment of v4l2_sdr_format"][::core::mem::align_of::<v4l2_sdr_format>() - 1usize];
    ["Offset of field: v4l2_sdr_format::pixelformat"]
        [::core::mem::offset_of!(v4l2_sdr_format, pixelformat) - 0usize];
    ["Offset of field: v4l2_sdr_format::buffersize"]
        [::core::mem::offset_of!(v4l2_sdr_format, buffersize) - 4usize];
    ["Offset of field: v4l2_sdr_format::reserved"]
        [::core::mem::offset_of!(v4l2_sdr_format, reserved) - 8usize];
};
#[repr(C, packed)]
#[derive(Debug, Copy, Clone)]
pub struct v4l2_meta_format {
    pub dataformat: __u32,
    pub buffersize: __u32,
}
#[allow(clippy::unnecessary_operation, clippy::identity_op)]
const _: () = {
    ["Size of v4l2_meta_format"][::core::mem::size_of::<v4l2_meta_format>() - 8usize];
    ["Alignment of v4l2_meta_format"][::core::mem::align_of::<v4l2_meta_format>() - 1usize];
    ["Offset of field: v4l2_meta_format::dataformat"]
        [::core::mem::offset_of!(v4l2_meta_format, dataformat) - 0usize];
    ["Offset of field: v4l2_meta_format::buffersize"]
        [::core::mem::offset_of!(v4l2_meta_format, buffersize) - 4usize];
};
#[repr(C)]
#[derive(Copy, Clone)]
pub struct v4l2_format {
    pub type_: __u32,
    pub fmt: v4l2_format__bindgen_ty_1,
}
#[repr(C)]
#[derive(Copy, Clone)]
pub union v4l2_format__bindgen_ty_1 {
    pub pix: v4l2_pix_format,
    pub pix_mp: v4l2_pix_format_mplane,
    pub win: v4l2_window,
    pub vbi: v4l2_vbi_format,
    pub sliced: v4l2_sliced_vbi_format,
    pub sdr: v4l2_sdr_format,
    pub meta: v4l2_meta_format,
    pub raw_data: [__u8; 200usize],
}
#[allow(clippy::unnecessary_operation, clippy::identity_op)]
const _: () = {
    ["Size of v4l2_format__bindgen_ty_1"]
        [::core::mem::size_of::<v4l2_format__bindgen_ty_1>() - 200usize];
    ["Alignment of v4l2_format__bindgen_ty_1"]
        [::core::mem::align_of::<v4l2_format__bindgen_ty_1>() - 8usize];
    ["Offset of field: v4l2_format__bindgen_ty_1::pix"]
        [::core::mem::offset_of!(v4l2_format__bindgen_ty_1, pix) - 0usize];
    ["Offset of field: v4l2_format__bindgen_ty_1::pix_mp"]
        [::core::mem::offset_of!(v4l2_format__bindgen_ty_1, pix_mp) - 0usize];
    ["Offset of field: v4l2_format__bindgen_ty_1::win"]
        [::core::mem::offset_of!(v4l2_format__bindgen_ty_1, win) - 0usize];
    ["Offset of field: v4l2_format__bindgen_ty_1::vbi"]
        [::core::mem::offset_of!(v4l2_format__bindgen_ty_1, vbi) - 0usize];
    ["Offset of field: v4l2_format__bindgen_ty_1::sliced"]
        [::core::mem::offset_of!(v4l2_format__bindgen_ty_1, sliced) - 0usize];
    ["Offset of field: v4l2_format__bindgen_ty_1::sdr"]
        [::core::mem::offset_of!(v4l2_format__bindgen_ty_1, sdr) - 0usize];
    ["Offset of field: v4l2_format__bindgen_ty_1::meta"]
        [::core::mem::offset_of!(v4l2_format__bindgen_ty_1, meta) - 0usize];
    ["Offset of field: v4l2_format__bindgen_ty_1::raw_data"]
        [::core::mem::offset_of!(v4l2_format__bindgen_ty_1, raw_data) - 0usize];
};
#[allow(clippy::unnecessary_operation, clippy::identity_op)]
const _: () = {
    ["Size of v4l2_format"][::core::mem::size_of::<v4l2_format>() - 208usize];
    ["Alignment of v4l2_format"][::core::mem::align_of::<v4l2_format>() - 8usize];
    ["Offset of field: v4l2_format::type_"][::core::mem::offset_of!(v4l2_format, type_) - 0usize];
    ["Offset of field: v4l2_format::fmt"][::core::mem::offset_of!(v4l2_format, fmt) - 8usize];
};
#[repr(C)]
#[derive(Copy, Clone)]
pub struct v4l2_streamparm {
    pub type_: __u32,
    pub parm: v4l2_streamparm__bindgen_ty_1,
}
#[repr(C)]
#[derive(Copy, Clone)]
pub union v4l2_streamparm__bindgen_ty_1 {
    pub capture: v4l2_captureparm,
    pub output: v4l2_outputparm,
    pub raw_data: [__u8; 200usize],
}
#[allow(clippy::unnecessary_operation, clippy::identity_op)]
const _: () = {
    ["Size of v4l2_streamparm__bindgen_ty_1"]
        [::core::mem::size_of::<v4l2_streamparm__bindgen_ty_1>() - 200usize];
    ["Alignment of v4l2_streamparm__bindgen_ty_1"]
        [::core::mem::align_of::<v4l2_streamparm__bindgen_ty_1>() - 4usize];
    ["Offset of field: v4l2_streamparm__bindgen_ty_1::capture"]
        [::core::mem::offset_of!(v4l2_streamparm__bindgen_ty_1, capture) - 0usize];
    ["Offset of field: v4l2_streamparm__bindgen_ty_1::output"]
        [::core::mem::offset_of!(v4l2_streamparm__bindgen_ty_1, output) - 0usize];
    ["Offset of field: v4l2_streamparm__bindgen_ty_1::raw_data"]
        [::core::mem::offset_of!(v4l2_streamparm__bindgen_ty_1, raw_data) - 0usize];
};
#[allow(clippy::unnecessary_operation, clippy::identity_op)]
const _: () = {
    ["Size of v4l2_streamparm"][::core::mem::size_of::<v4l2_streamparm>() - 204usize];
    ["Alignment of v4l2_streamparm"][::core::mem::align_of::<v4l2_streamparm>() - 4usize];
    ["Offset of field: v4l2_streamparm::type_"]
        [::core::mem::offset_of!(v4l2_streamparm, type_) - 0usize];
    ["Offset of field: v4l2_streamparm::parm"]
        [::core::mem::offset_of!(v4l2_streamparm, parm) - 4usize];
};
