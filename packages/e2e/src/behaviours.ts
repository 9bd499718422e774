// Behaviours of Kurento's own tests of SDP, RTP, WebRTC, SRTP, ICE, data, players, recorders and uploads, by the names of its suites and cases, and
// where a test of ours shows each. Kept true by behaviours.test.ts.

/** Tests of one file that show cases of one suite. */
export interface Shown {
  readonly suite: string;
  /** Below `packages/`. */
  readonly file: string;
  /** Each is part of the title of a test there; of GoogleTest it is the name, as in `KurentoTestSrtp.windowSize`. */
  readonly cases: readonly string[];
}

export const BEHAVIOURS: readonly Shown[] = [
  {
    suite: "test_player",
    file: "e2e/src/player-recorder.test.ts",
    cases: ["eos_received", "eos_received_with_no_accept_eos_sink"],
  },
  {
    suite: "test_recorder",
    file: "e2e/src/player-recorder.test.ts",
    cases: ["recorder_state_changes"],
  },
  {
    suite: "test_recorderendpoint",
    file: "e2e/src/player-recorder.test.ts",
    cases: [
      "check_states_pipeline",
      "warning_pipeline",
      "check_video_only",
      "check_audio_only",
      "check_ksm_sink_request",
    ],
  },
  {
    suite: "test_playerendpoint",
    file: "e2e/src/player-recorder.test.ts",
    cases: ["check_states", "check_eos", "check_set_encoded_media", "check_agnostic_signal"],
  },
  {
    suite: "test_playerendpoint",
    file: "e2e/src/player-rtsp.test.ts",
    cases: ["check_live_stream"],
  },
  {
    suite: "test_httpendpoint",
    file: "e2e/src/http-post.test.ts",
    cases: ["check_push_buffer", "check_emit_encoded_media"],
  },
  {
    suite: "test_rtp_endpoint_cpp",
    file: "elements/src/objects/rtp-endpoint.test.ts",
    cases: ["port_range"],
  },
  {
    suite: "test_sdp_endpoint",
    file: "core/src/objects/sdp-endpoint.test.ts",
    cases: ["duplicate_offer", "process_answer_without_offer", "duplicate_answer", "invalid_sdp"],
  },
  {
    suite: "test_sdp_endpoint",
    file: "elements/src/objects/rtp-endpoint.test.ts",
    cases: ["generate_ipv6_offer"],
  },
  {
    suite: "test_sdp_endpoint",
    file: "elements/src/objects/rtp-profiles.test.ts",
    cases: ["generate_ipv6_answer"],
  },
  {
    suite: "test_sdp_endpoint",
    file: "elements/src/sdp/settings.test.ts",
    cases: ["codec_parsing"],
  },
  {
    suite: "test_sdp_agent",
    file: "elements/src/sdp/sdp-agent.test.ts",
    cases: [
      "create_offer",
      "add_proto_handler",
      "rejected_negotiation",
      "rejected_unsupported_media",
      "sctp_negotiation",
      "bundle_group",
      "fb_messages",
      "rtcp_mux",
      "multi_m_lines",
      "filter_unknown_attr",
      "supported_attrs",
      "bandwidth_attrs",
      "dynamic_pts",
      "optional_enc_parameters",
      "regression_tests",
      "avp_generic_payload_negotiation",
      "udp_tls_rtp_savpf_negotiation",
      "media_from_first_media_inactive",
      "renegotiation_offer_new_media",
      "renegotiation_offer_remove_media",
      "renegotiation_offer_remove_bundle_media",
      "renegotiation_offer_disordered_media_handlers",
      "renegotiation_offer_complex_case",
      "renegotiation_chrome",
      "groups",
      "ulpfec_ext",
      "redundant_ext",
    ],
  },
  {
    suite: "test_sdp_agent",
    file: "elements/src/objects/rtp-profiles.test.ts",
    cases: [
      "rtp_avp_negotiation",
      "rtp_avpf_negotiation",
      "rtp_savp_negotiation",
      "rtp_savpf_negotiation",
    ],
  },
  {
    suite: "test_sdp_agent",
    file: "elements/src/objects/rtp-endpoint.test.ts",
    cases: ["extmap_attrs", "avp_avpf_negotiation", "connection_ext", "media_direction_ext"],
  },
  {
    suite: "test_sdp_agent",
    file: "elements/src/objects/rtp-endpoint-sdes.test.ts",
    cases: ["sdes_negotiation"],
  },
  {
    suite: "test_sdp_agent",
    file: "core/src/objects/sdp-endpoint.test.ts",
    cases: ["check_state_machine"],
  },
  { suite: "test_utils", file: "elements/src/sdp/read.test.ts", cases: ["sdp_fid_ssrc"] },
  {
    suite: "test_rembmanager",
    file: "core/native/router/bitrate-hint.test.cpp",
    cases: ["least_of_those_that_are_known"],
  },
  {
    suite: "test_constructors",
    file: "e2e/src/endpoint-pair.test.ts",
    cases: ["test_constructors"],
  },
  {
    suite: "test_rtp_endpoint",
    file: "e2e/src/rtp.test.ts",
    cases: ["media_state_changes", "connection_state_changes"],
  },
  {
    suite: "test_webrtc_endpoint",
    file: "e2e/src/ice-events.test.ts",
    cases: [
      "gathering_done",
      "ice_state_changes",
      "stun_turn_properties",
      "connection_state_changes",
      "check_exchange_candidates_on_sdp",
    ],
  },
  {
    suite: "test_webrtc_endpoint",
    file: "e2e/src/endpoint-pair.test.ts",
    cases: [
      "dtls_connection_state_changes",
      "dtls_quick_connection_dtls_client",
      "dtls_quick_connection_dtls_server",
      "media_state_changes",
    ],
  },
  {
    suite: "test_webrtc_endpoint",
    file: "elements/src/objects/web-rtc-endpoint.test.ts",
    cases: ["check_webrtc_stats"],
  },
  {
    suite: "test_webrtc_endpoint",
    file: "elements/src/sdp/sdp-agent.test.ts",
    cases: ["check_codec_sdp"],
  },
  {
    suite: "test_webrtc_endpoint",
    file: "e2e/src/data-channels.test.ts",
    cases: ["check_data_channel"],
  },
  { suite: "test_rtpendpoint", file: "e2e/src/rtp.test.ts", cases: ["loopback"] },
  {
    suite: "test_rtpendpoint",
    file: "elements/src/objects/rtp-profiles.test.ts",
    cases: ["negotiation_offerer", "negotiation_offerer_ipv6"],
  },
  {
    suite: "test_rtpendpoint",
    file: "elements/src/objects/rtp-endpoint.test.ts",
    cases: ["process_bundle_offer", "generate_offer_bw_limited", "test_not_enough_ports"],
  },
  { suite: "test_rtpendpoint", file: "e2e/src/rtp-pair.test.ts", cases: ["test_port_range"] },
  {
    suite: "test_rtpendpoint_audio",
    file: "e2e/src/rtp-pair.test.ts",
    cases: [
      "opus_sendonly_play_before_negotiation",
      "opus_sendonly_play_after_negotiation",
      "opus_sendrecv",
      "opus_sendrecv_ipv6",
    ],
  },
  {
    suite: "test_webrtcendpoint",
    file: "e2e/src/data-channels.test.ts",
    cases: ["webrtc_data_channels_bundled", "webrtc_data_channels_separate"],
  },
  {
    suite: "test_webrtcendpoint",
    file: "e2e/src/endpoint-pair.test.ts",
    cases: [
      "vp8_sendonly_recvonly_rsa",
      "vp8_sendonly_recvonly_ecdsa",
      "offerer_audio_video_answerer_video",
      "test_session_creation",
    ],
  },
  {
    suite: "test_webrtcendpoint",
    file: "e2e/src/endpoint-codecs.full.test.ts",
    cases: [
      "h265_sendonly_recvonly",
      "h265_sendrecv",
      "h265_sendrecv_but_sendonly",
      "vp8_sendonly_recvonly",
      "vp8_sendrecv",
      "vp8_sendrecv_but_sendonly",
      "vp9_sendonly_recvonly",
      "vp9_sendrecv",
      "vp9_sendrecv_but_sendonly",
    ],
  },
  {
    suite: "test_webrtcendpoint",
    file: "e2e/src/codecs.full.test.ts",
    cases: ["audio_video_sendrecv", "audio_video_sendonly"],
  },
  {
    suite: "test_webrtcendpoint",
    file: "elements/src/objects/web-rtc-endpoint.test.ts",
    cases: ["test_remb_params"],
  },
  {
    suite: "test_webrtcendpoint",
    file: "e2e/src/ice-events.test.ts",
    cases: [
      "test_port_range",
      "set_network_interfaces_test",
      "set_external_ipv4_test",
      "set_external_ipv6_test",
    ],
  },
  {
    suite: "test_webrtcendpoint",
    file: "elements/src/sdp/sdp-agent.test.ts",
    cases: ["process_mid_no_bundle_offer"],
  },
  {
    suite: "test_srtp",
    file: "core/native/srtp/key-limits.test.cpp",
    cases: ["window_size", "replay_tx"],
  },
  {
    suite: "test_ice_candidates",
    file: "core/native/ice/candidate.test.cpp",
    cases: ["test_expr"],
  },
  {
    suite: "test_webrtc_data_proto",
    file: "core/native/sctp/kurento.test.cpp",
    cases: ["connection", "data_session_established", "destroy_channels"],
  },
];

/** Cases of those suites that no test of ours shows, and why. */
export const LEFT_OUT: Readonly<Record<string, string>> = {
  "test_srtp.replay_rx_with_libsrtp_fork": "not in the original's run any more",
  "test_rtpendpoint_video.mpeg4": "disabled in the original; no codec of ours",
  "test_rtpendpoint_video.h263": "disabled in the original; no codec of ours",
};
